// A week of opening or working hours as it is typed. The end of a day is written 00:00, as the browsers' inputs know no 24:00.
import { nextKey } from '../forms/nextKey';

export interface DaySpan {
  /** Stays with the span while others come and go. */
  key: number;
  /** ISO 8601: 1 is Monday. */
  weekday: number;
  /** HH:MM. */
  opens: string;
  /** HH:MM; 00:00 is the end of the day. */
  closes: string;
}

export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const workdays: readonly number[] = [1, 2, 3, 4, 5];
const dayLength = 1440;

export const minutesOf = (time: string): number | undefined => {
  const match = /^(\d{2}):(\d{2})$/.exec(time);
  if (!match) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= dayLength ? minutes : undefined;
};

export const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** The first minute that is closed again; 00:00 is midnight at the end. */
export const closesMinute = (closes: string): number | undefined => (closes === '00:00' ? dayLength : minutesOf(closes));

/** A time of the contracts, where a day ends at 24:00, as it is typed, and back. */
export const typedEnd = (closes: string): string => (closes === '24:00' ? '00:00' : closes);
export const sentEnd = (closes: string): string => (closes === '00:00' ? '24:00' : closes);

/** Another span of a day, behind those that it has. */
export function withSpan(spans: readonly DaySpan[], weekday: number): DaySpan[] {
  const ends = spans.filter((s) => s.weekday === weekday).map((s) => closesMinute(s.closes) ?? 0);
  const last = Math.max(0, ...ends);
  const [opens, closes] = last === 0 ? [540, 1080] : [Math.min(last + 60, dayLength - 60), Math.min(last + 240, dayLength)];
  return [...spans, { key: nextKey(spans), weekday, opens: timeOf(opens), closes: typedEnd(timeOf(closes)) }];
}

/** Monday to Friday as one of them is. */
export function copiedToWorkdays(spans: readonly DaySpan[], weekday: number): DaySpan[] {
  const model = spans.filter((s) => s.weekday === weekday);
  let key = nextKey(spans);
  const copies = workdays.filter((day) => day !== weekday).flatMap((day) => model.map((s) => ({ ...s, key: key++, weekday: day })));
  return [...spans.filter((s) => s.weekday === weekday || !workdays.includes(s.weekday)), ...copies].sort(byTime);
}

const byTime = (a: DaySpan, b: DaySpan): number => a.weekday - b.weekday || a.opens.localeCompare(b.opens);

/** Where a span stands in the picture of its day, in hundredths; nothing while it is no span. */
export function placeOf(span: Pick<DaySpan, 'opens' | 'closes'>): { left: number; width: number } | undefined {
  const from = minutesOf(span.opens);
  const until = closesMinute(span.closes);
  if (from === undefined || until === undefined || until <= from) return undefined;
  return { left: (from / dayLength) * 100, width: ((until - from) / dayLength) * 100 };
}
