import { describe, expect, it } from 'vitest';
import { closesMinute, copiedToWorkdays, minutesOf, placeOf, sentEnd, timeOf, typedEnd, withSpan, type DaySpan } from './week';

const span = (weekday: number, opens: string, closes: string, key = weekday): DaySpan => ({ key, weekday, opens, closes });

describe('a week that is typed', () => {
  it('ends a day at midnight, which the inputs call 00:00', () => {
    expect(closesMinute('00:00')).toBe(1440);
    expect(sentEnd(typedEnd('24:00'))).toBe('24:00');
    expect(sentEnd('18:00')).toBe('18:00');
  });
  it('knows no time but a time of the day', () => {
    expect(minutesOf('09:30')).toBe(570);
    expect(minutesOf('')).toBeUndefined();
    expect(minutesOf('99:00')).toBeUndefined();
    expect(timeOf(570)).toBe('09:30');
  });
  it('begins a free day with working hours, and goes on behind those that are there', () => {
    expect(withSpan([], 3)).toEqual([span(3, '09:00', '18:00', 0)]);
    expect(withSpan([span(3, '09:00', '12:00', 4)], 3)[1]).toEqual(span(3, '13:00', '16:00', 5));
    expect(withSpan([span(3, '09:00', '22:00', 4)], 3)[1]).toEqual(span(3, '23:00', '00:00', 5));
  });
  it('copies a day to the workdays and leaves the weekend alone', () => {
    const copied = copiedToWorkdays([span(1, '10:00', '19:00'), span(2, '00:00', '00:00'), span(6, '11:00', '15:00')], 1);
    expect(copied.map((s) => `${s.weekday} ${s.opens}-${s.closes}`)).toEqual(['1 10:00-19:00', '2 10:00-19:00', '3 10:00-19:00', '4 10:00-19:00', '5 10:00-19:00', '6 11:00-15:00']);
    expect(new Set(copied.map((s) => s.key)).size).toBe(6);
  });
  it('closes the workdays when the copied day is closed', () => expect(copiedToWorkdays([span(2, '09:00', '18:00'), span(7, '09:00', '18:00')], 1).map((s) => s.weekday)).toEqual([7]));
  it('draws no span that ends before it begins', () => {
    expect(placeOf({ opens: '06:00', closes: '18:00' })).toEqual({ left: 25, width: 50 });
    expect(placeOf({ opens: '12:00', closes: '00:00' })).toEqual({ left: 50, width: 50 });
    expect(placeOf({ opens: '18:00', closes: '06:00' })).toBeUndefined();
    expect(placeOf({ opens: '', closes: '06:00' })).toBeUndefined();
  });
});
