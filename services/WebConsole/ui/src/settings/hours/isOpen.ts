import type { BusinessHours } from '../../api/words';
import { closesMinute, minutesOf, typedEnd } from '../week/week';

/** Whether hours are open at a local time: a holiday counts in place of its weekday. */
export function isOpenAt(hours: Pick<BusinessHours, 'spans' | 'holidays'>, at: { day: string; weekday: number; minute: number }): boolean {
  const isIn = (span: { opens: string; closes: string }): boolean => {
    const [from, until] = [minutesOf(span.opens), closesMinute(typedEnd(span.closes))];
    return from !== undefined && until !== undefined && from <= at.minute && at.minute < until;
  };
  const holiday = hours.holidays.find((h) => h.day === at.day);
  return holiday ? isIn(holiday) : hours.spans.some((s) => s.weekday === at.weekday && isIn(s));
}
