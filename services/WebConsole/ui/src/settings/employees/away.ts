// Whether somebody is away now: in his own time zone, as routing sees it.
import type { Employee } from '../../api/words';

export interface Away {
  why: 'holiday' | 'sick' | 'offHours';
  /** The last day of an absence, YYYY-MM-DD; empty for the hours. */
  until: string;
}

interface LocalTime {
  day: string;
  weekday: number;
  minute: number;
}

/** The day, weekday and minute of a moment in a time zone; undefined when this browser does not know the zone. */
export function localTime(at: number, timeZone: string): LocalTime | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  } catch (unknown) {
    if (unknown instanceof RangeError) return undefined;
    throw unknown;
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = `${part.year ?? ''}-${part.month ?? ''}-${part.day ?? ''}`;
  return { day, weekday: new Date(`${day}T00:00Z`).getUTCDay() || 7, minute: Number(part.hour) * 60 + Number(part.minute) };
}

export function awayOf(employee: Pick<Employee, 'absences' | 'workingHours' | 'timeZone'>, now: number): Away | undefined {
  const here = localTime(now, employee.timeZone);
  if (!here) return undefined;
  const absence = employee.absences.find((a) => a.firstDay <= here.day && here.day <= a.lastDay);
  if (absence) return { why: absence.kind === 'ABSENCE_KIND_SICK' ? 'sick' : 'holiday', until: absence.lastDay };
  const works = employee.workingHours.some((s) => s.weekday === here.weekday && s.opensMinute <= here.minute && here.minute < s.closesMinute);
  return employee.workingHours.length > 0 && !works ? { why: 'offHours', until: '' } : undefined;
}
