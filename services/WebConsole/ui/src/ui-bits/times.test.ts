import { describe, expect, it } from 'vitest';
import { clock, durationMs, forInput, fromInput, span } from './times';

describe('times', () => {
  it('shows minutes and seconds', () => expect(clock(83_999)).toBe('01:23'));
  it('shows hours only when there are some', () => expect(clock(3_723_000)).toBe('1:02:03'));
  it('never shows a negative time, when clocks differ', () => expect(clock(-4000)).toBe('00:00'));
  it('reads a protobuf duration', () => expect(durationMs('3.500s')).toBe(3500));
  it('keeps an absent duration absent', () => expect(durationMs(undefined)).toBeUndefined());
  it('says a wait in its two largest units', () => expect(span(26 * 3_600_000 + 61_000, 'ru').replace(/\s/g, ' ')).toBe('1 дн. 2 ч'));
  it('says a wait under a minute as none', () => expect(span(20_000, 'ru').replace(/\s/g, ' ')).toBe('0 мин'));
  it('gives an input back what it took', () => {
    const at = new Date(2026, 0, 5, 9, 30).getTime();
    expect(fromInput(forInput(at))).toBe(at);
  });
});
