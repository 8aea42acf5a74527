// Times and lengths as people read them: the browser's zone, the interface's language.

/** A protobuf duration ("3.5s") in milliseconds. */
export function durationMs(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const seconds = Number.parseFloat(duration);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** mm:ss, or h:mm:ss from an hour on. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  return h > 0 ? `${h}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}` : `${two(Math.floor(s / 60))}:${two(s % 60)}`;
}

export function ms(time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const parsed = Date.parse(time);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** The midnight before a moment, or one some days later, in the browser's zone. */
export function midnight(at: number, daysLater: number): string {
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() + daysLater);
  return date.toISOString();
}

/** The bounds in time of days that were typed (YYYY-MM-DD; empty: open). They are cut in the browser's zone, and the last one is meant whole. */
export function boundsOfDays(from: string, until: string): { from?: string; until?: string } {
  const noon = (day: string): number => new Date(`${day}T12:00`).getTime();
  return {
    ...(from === '' ? {} : { from: midnight(noon(from), 0) }),
    ...(until === '' ? {} : { until: midnight(noon(until), 1) }),
  };
}

/** English is Britain's here, in every date and number alike. */
export const localeOf = (language: string): string => (language === 'en' ? 'en-GB' : 'ru-RU');

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(localeOf(language), options);
    formats.set(key, made);
  }
  return made;
}

export const timeOfDay = (at: number, language: string): string =>
  format(language, 'time', { hour: '2-digit', minute: '2-digit' }).format(at);

export const timeWithSeconds = (at: number, language: string): string =>
  format(language, 'seconds', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);

/** The time alone for today, day and time otherwise, with the year when it is another one. */
export function dayAndTime(at: number, language: string, now: number): string {
  const then = new Date(at);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return timeOfDay(at, language);
  return then.getFullYear() === today.getFullYear()
    ? format(language, 'day', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(at)
    : format(language, 'year', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(at);
}

/** "2 ч 5 мин": for waits, which nobody reads to the second. Words come from the language. */
export function span(length: number, language: string): string {
  const minutes = Math.max(0, Math.floor(length / 60_000));
  const units: [number, string][] = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ];
  const parts = units.filter(([n]) => n > 0).slice(0, 2);
  if (parts.length === 0) parts.push([minutes, 'minute']);
  return parts
    .map(([n, unit]) =>
      new Intl.NumberFormat(localeOf(language), { style: 'unit', unit, unitDisplay: 'short' }).format(n),
    )
    .join(' ');
}

/** For <input type="datetime-local">: the browser's own zone, to the minute. */
export function forInput(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

export function fromInput(text: string): number | undefined {
  const at = new Date(text).getTime();
  return text === '' || Number.isNaN(at) ? undefined : at;
}
