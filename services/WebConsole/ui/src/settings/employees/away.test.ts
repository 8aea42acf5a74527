import { describe, expect, it } from 'vitest';
import { awayOf, localTime } from './away';

// Monday, 5 January 2026, 07:30 in Moscow and 11:30 in Novosibirsk.
const at = Date.parse('2026-01-05T04:30:00Z');
const of = (more: Partial<Parameters<typeof awayOf>[0]>) => awayOf({ absences: [], workingHours: [], timeZone: 'Europe/Moscow', ...more }, at);
const hours = [{ weekday: 1, opensMinute: 540, closesMinute: 1080 }];

describe('who is away', () => {
  it('is told in his own time zone', () => {
    expect(localTime(at, 'Europe/Moscow')).toEqual({ day: '2026-01-05', weekday: 1, minute: 450 });
    expect(localTime(Date.parse('2026-01-04T21:00:00Z'), 'Europe/Moscow')).toEqual({ day: '2026-01-05', weekday: 1, minute: 0 });
    expect(of({ workingHours: hours })).toEqual({ why: 'offHours', until: '' });
    expect(of({ workingHours: hours, timeZone: 'Asia/Novosibirsk' })).toBeUndefined();
  });
  it('is nobody without hours and absences', () => expect(of({})).toBeUndefined());
  it('has the last day of an absence still off, and the next one not', () => {
    expect(of({ absences: [{ kind: 'ABSENCE_KIND_SICK', firstDay: '2026-01-02', lastDay: '2026-01-05' }] })).toEqual({ why: 'sick', until: '2026-01-05' });
    expect(of({ absences: [{ kind: 'ABSENCE_KIND_HOLIDAY', firstDay: '2025-12-20', lastDay: '2026-01-04' }] })).toBeUndefined();
  });
  it('works till the last minute, which is no longer his', () => {
    expect(of({ workingHours: [{ weekday: 1, opensMinute: 0, closesMinute: 450 }] })).toEqual({ why: 'offHours', until: '' });
    expect(of({ workingHours: [{ weekday: 1, opensMinute: 0, closesMinute: 451 }] })).toBeUndefined();
  });
  it('is not guessed for a zone that the browser does not know', () => expect(of({ timeZone: 'Mars/Base', workingHours: hours })).toBeUndefined());
});
