import { describe, expect, it } from 'vitest';
import { aCall, aLeg } from '../live/aCall.fixture';
import { marksOf } from '../ui-bits/TimeLine';
import { tracksOf } from './course';

const words = { nameOf: (p: string) => `№${p}`, leg: (r: string) => r, talk: 'talk', passed: 'passed' };
const at = (s: number): number => Date.parse('2026-01-05T09:00:00Z') + s * 1000;

describe('tracksOf', () => {
  it('draws a phone that rang twice and talked on one track', () => {
    const call = aCall({
      endedAt: '2026-01-05T09:01:00Z',
      legs: [
        aLeg({ endedAt: '2026-01-05T09:00:15Z', result: 'LEG_RESULT_NO_ANSWER' }),
        aLeg({ phone: '102', dialledAt: '2026-01-05T09:00:15Z', endedAt: '2026-01-05T09:00:20Z', result: 'LEG_RESULT_ANSWERED_ELSEWHERE' }),
        aLeg({ dialledAt: '2026-01-05T09:00:20Z', answeredAt: '2026-01-05T09:00:22Z', result: 'LEG_RESULT_TALKED' }),
      ],
      talks: [{ phone: '101', from: '2026-01-05T09:00:22Z' }],
    });
    const tracks = tracksOf(call, at(600), words);
    expect(tracks.map((t) => [t.name, t.bars.map((b) => [b.kind, (b.from - at(0)) / 1000, (b.until - at(0)) / 1000])])).toEqual([
      ['№101', [['ring', 0, 15], ['ring', 20, 22], ['talk', 22, 60]]],
      ['№102', [['ring', 15, 20]]],
    ]);
  });
  it('says in words why a phone was passed over', () => {
    const passed = aCall({ legs: [{ phone: '103', step: 2, result: 'LEG_RESULT_BUSY' }] });
    expect(tracksOf(passed, at(1), words)).toEqual([{ key: '103', name: '№103', bars: [], instead: 'LEG_RESULT_BUSY' }]);
  });
});

describe('marksOf', () => {
  it.each([[4000, 4], [60_000, 4], [47_000, 3], [3_600_000, 3]])('puts a few round marks under %d ms', (length, count) =>
    expect(marksOf(length).length).toBe(count));
});
