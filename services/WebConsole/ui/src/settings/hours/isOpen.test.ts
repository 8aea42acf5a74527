import { describe, expect, it } from 'vitest';
import { isOpenAt } from './isOpen';

const hours = {
  spans: [{ weekday: 1, opens: '09:00', closes: '13:00' }, { weekday: 1, opens: '14:00', closes: '24:00' }],
  holidays: [{ day: '2026-01-05', name: 'Каникулы', opens: '', closes: '' }, { day: '2026-12-31', name: 'Короткий', opens: '00:00', closes: '16:00' }],
};
const monday = (minute: number) => isOpenAt(hours, { day: '2026-02-02', weekday: 1, minute });

describe('business hours', () => {
  it('are open from the first minute to before the last', () => expect([539, 540, 779, 780, 840, 1439].map(monday)).toEqual([false, true, true, false, true, true]));
  it('are closed on a weekday without any', () => expect(isOpenAt(hours, { day: '2026-02-03', weekday: 2, minute: 600 })).toBe(false));
  it('are on a holiday as that says, and not as its weekday', () => {
    expect(isOpenAt(hours, { day: '2026-01-05', weekday: 1, minute: 600 })).toBe(false);
    expect(isOpenAt(hours, { day: '2026-12-31', weekday: 4, minute: 0 })).toBe(true);
    expect(isOpenAt(hours, { day: '2026-12-31', weekday: 4, minute: 960 })).toBe(false);
  });
});
