import { describe, expect, it } from 'vitest';
import type { Call } from '../api/words';
import { aCall } from './aCall.fixture';
import { LiveCalls } from './liveCalls';

const withVersion = (id: string, version: string, more: Partial<Call> = {}): Call => aCall({ id, version, ...more });

describe('LiveCalls', () => {
  it('keeps the newest of what arrives out of order and twice', () => {
    const calls = new LiveCalls();
    calls.apply({ snapshot: false, calls: [withVersion('a', '9')] });
    calls.apply({ snapshot: false, calls: [withVersion('a', '10', { state: 'STATE_TALKING' })] });
    calls.apply({ snapshot: false, calls: [withVersion('a', '9'), withVersion('a', '10')] });
    expect(calls.all.get().map((c) => [c.version, c.state])).toEqual([['10', 'STATE_TALKING']]);
  });

  it('forgets what a snapshot no longer knows', () => {
    const calls = new LiveCalls();
    calls.apply({ snapshot: false, calls: [withVersion('a', '1'), withVersion('b', '5')] });
    calls.apply({ snapshot: true, calls: [withVersion('b', '4')] });
    expect(calls.all.get().map((c) => c.id)).toEqual(['b']);
  });

  it('tells of each change once, and whether it only came with a snapshot', () => {
    const calls = new LiveCalls();
    const told: unknown[] = [];
    calls.onChange((call, before, inSnapshot) => told.push([call.version, before?.version, inSnapshot]));
    calls.apply({ snapshot: true, calls: [withVersion('a', '1')] });
    calls.apply({ snapshot: false, calls: [withVersion('a', '1')] });
    calls.apply({ snapshot: false, calls: [withVersion('a', '2')] });
    expect(told).toEqual([['1', undefined, true], ['2', '1', false]]);
  });

  it('is the same value until something changes, so that nothing is drawn for nothing', () => {
    const calls = new LiveCalls();
    calls.apply({ snapshot: false, calls: [withVersion('a', '1')] });
    const before = calls.all.get();
    calls.dropOld(Date.parse('2026-01-05T09:00:30Z'));
    expect(calls.all.get()).toBe(before);
  });

  it('drops a call a while after its end', () => {
    const calls = new LiveCalls();
    calls.apply({ snapshot: false, calls: [withVersion('a', '1', { endedAt: '2026-01-05T09:00:00Z' }), withVersion('b', '1')] });
    calls.dropOld(Date.parse('2026-01-05T09:02:00Z'));
    expect(calls.all.get().map((c) => c.id)).toEqual(['b']);
  });
});
