import { describe, expect, it } from 'vitest';
import type { BusinessHours } from '../../api/words';
import { comingHolidays, formOf, hoursOf, newHours, sameHours } from './hoursForm';

const hours: BusinessHours = {
  id: 'h', version: '3', name: 'Офис', timeZone: 'Europe/Moscow', spans: [{ weekday: 1, opens: '09:00', closes: '24:00' }],
  holidays: [{ day: '2026-01-01', name: 'Новый год', opens: '', closes: '' }, { day: '2026-12-31', name: 'Короткий день', opens: '09:00', closes: '16:00' }],
};

describe('business hours that are typed', () => {
  it('come back as they were', () => expect({ id: 'h', version: '3', ...hoursOf(formOf(hours)) }).toEqual(hours));
  it('show the end of a day as the inputs write it', () => expect(formOf(hours).spans[0]?.closes).toBe('00:00'));
  it('send no hours for a day that is closed, whatever was typed before', () => {
    const form = formOf(hours);
    const closed = form.holidays.map((h) => ({ ...h, open: false }));
    expect(hoursOf({ ...form, holidays: closed }).holidays[1]).toEqual({ day: '2026-12-31', name: 'Короткий день', opens: '', closes: '' });
  });
  it('send a holiday without its hours as it stands, for the service to refuse', () => {
    const form = formOf(hours);
    expect(hoursOf({ ...form, holidays: [{ key: 0, day: '', name: '', open: true, opens: '09:00', closes: '' }] }).holidays).toEqual([{ day: '', name: '', opens: '09:00', closes: '' }]);
  });
  it('differ by a holiday', () => expect(sameHours(formOf(hours), { ...formOf(hours), holidays: [] })).toBe(false));
  it('begin with the usual week', () => expect(newHours('Europe/Moscow').spans).toHaveLength(5));
  it('name what comes, today included', () =>
    expect(comingHolidays(hours.holidays, '2026-12-31')).toEqual({ coming: [hours.holidays[1]], past: 1 }));
});
