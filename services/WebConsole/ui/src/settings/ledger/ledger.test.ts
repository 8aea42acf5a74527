import { describe, expect, it } from 'vitest';
import type { LedgerFault, LedgerHour } from '../../api/words';
import { boundsOf, daysOf, faultsOf, gapsOf, sumOf, untoldHours } from './ledger';

const hour = (day: number, at: number, state: LedgerHour['state'], more: Partial<LedgerHour> = {}): LedgerHour => ({
  from: new Date(2026, 0, day, at).toISOString(), until: new Date(2026, 0, day, at + 1).toISOString(), state,
  celCalls: 4, cdrCalls: 4, recordedCalls: 4, cutCalls: 0, backFilledCalls: 0, missingCalls: 0, gaps: [], faults: [], ...more,
});
const zero = hour(5, 9, 'STATE_ZERO_LOST');
const gaps = hour(5, 10, 'STATE_GAPS', { missingCalls: 2, gaps: [{ callId: 'a', at: '2026-01-05T07:10:00Z', inCel: true, inCdr: true, recorded: false, backFilled: false }] });
const unknown = hour(4, 10, 'STATE_UNKNOWN');
const open = hour(5, 11, 'STATE_OPEN');

describe('the ledger', () => {
  it('says no call was lost only where both witnesses say so', () => {
    expect(sumOf([zero, open]).verdict).toBe('zero');
    expect(sumOf([zero, unknown]).verdict).toBe('unknown');
    expect(sumOf([zero, unknown, gaps])).toMatchObject({ verdict: 'gaps', missing: 2, recorded: 12, hours: { zero: 1, gaps: 1, unknown: 1, open: 0 } });
    expect(sumOf([open]).verdict).toBe('open');
    expect(sumOf([]).verdict).toBe('open');
  });
  it('takes a state that it does not know for not known, and never for sound', () => expect(sumOf([hour(5, 1, 'STATE_UNSPECIFIED')]).verdict).toBe('unknown'));
  it('lies by day, the latest first, each hour in its place', () => {
    const days = daysOf([unknown, zero, gaps, open]);
    expect(days.map((d) => [new Date(d.at).getDate(), d.sum.verdict])).toEqual([[5, 'gaps'], [4, 'unknown']]);
    expect(days[0]?.cells.map((c) => c?.text ?? '').join('')).toBe('4−2…');
    expect(days[0]?.cells[10]?.verdict).toBe('gaps');
    expect(days[0]?.cells).toHaveLength(24);
  });
  it('hides no gap behind an hour that the clock repeats', () => {
    const sameHour = { ...zero, state: 'STATE_GAPS' as const };
    expect(daysOf([zero, sameHour])[0]?.cells[9]?.verdict).toBe('gaps');
    expect(daysOf([sameHour, zero])[0]?.cells[9]?.verdict).toBe('gaps');
  });
  it('tells of a fault once that lasted for hours', () => {
    const fault: LedgerFault = { witness: 'WITNESS_CEL', kind: 'FAULT_KIND_FILE_MISSING', from: '2026-01-05T07:00:00Z', until: '2026-01-05T09:00:00Z' };
    expect(faultsOf([hour(5, 10, 'STATE_UNKNOWN', { faults: [fault] }), hour(5, 11, 'STATE_UNKNOWN', { faults: [{ ...fault }] })])).toEqual([fault]);
    expect(gapsOf([zero, gaps]).map((g) => g.callId)).toEqual(['a']);
  });
  it('tells time of which the logs know nothing from time in which a witness failed', () => {
    const fault: LedgerFault = { witness: 'WITNESS_CEL', kind: 'FAULT_KIND_FILE_MISSING' };
    expect(untoldHours([zero, open, unknown, hour(4, 11, 'STATE_UNKNOWN', { faults: [fault] })])).toBe(1);
  });
  it('asks for whole days in the browser’s zone, and for nothing that is to come', () => {
    const now = new Date(2026, 0, 5, 9, 30).getTime();
    expect(boundsOf('today', now)).toEqual({ from: new Date(2026, 0, 5).toISOString(), until: new Date(now).toISOString() });
    expect(boundsOf('yesterday', now)).toEqual({ from: new Date(2026, 0, 4).toISOString(), until: new Date(2026, 0, 5).toISOString() });
    expect(boundsOf('month', now).from).toBe(new Date(2025, 11, 7).toISOString());
  });
});
