// Business hours as they are typed.
import type { BusinessHours } from '../../api/words';
import { sentEnd, typedEnd, type DaySpan } from '../week/week';

export interface HolidayForm {
  key: number;
  day: string;
  name: string;
  /** Open on that day at these hours; otherwise closed. */
  open: boolean;
  opens: string;
  closes: string;
}

interface HoursForm {
  name: string;
  timeZone: string;
  spans: DaySpan[];
  holidays: HolidayForm[];
}

export const formOf = (hours: BusinessHours): HoursForm => ({
  name: hours.name,
  timeZone: hours.timeZone,
  spans: hours.spans.map((s, key) => ({ key, weekday: s.weekday, opens: s.opens, closes: typedEnd(s.closes) })),
  holidays: hours.holidays.map((h, key) => ({ key, day: h.day, name: h.name, open: h.opens !== '', opens: h.opens, closes: typedEnd(h.closes) })),
});

export const hoursOf = (form: HoursForm): Pick<BusinessHours, 'name' | 'timeZone' | 'spans' | 'holidays'> => ({
  name: form.name.trim(),
  timeZone: form.timeZone,
  spans: form.spans.map(({ weekday, opens, closes }) => ({ weekday, opens, closes: sentEnd(closes) })),
  holidays: form.holidays.map(({ day, name, open, opens, closes }) => ({ day, name: name.trim(), opens: open ? opens : '', closes: open ? sentEnd(closes) : '' })),
});

export const sameHours = (a: HoursForm, b: HoursForm): boolean => JSON.stringify(hoursOf(a)) === JSON.stringify(hoursOf(b));

/** Monday to Friday from nine to six, until it is said otherwise. */
export const newHours = (timeZone: string): BusinessHours => ({
  id: '', version: '0', name: '', timeZone, holidays: [], spans: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, opens: '09:00', closes: '18:00' })),
});

/** The holidays that are not over, and how many are. */
export function comingHolidays(holidays: BusinessHours['holidays'], today: string): { coming: BusinessHours['holidays']; past: number } {
  const coming = holidays.filter((h) => h.day >= today);
  return { coming, past: holidays.length - coming.length };
}
