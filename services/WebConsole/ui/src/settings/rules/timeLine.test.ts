import { describe, expect, it } from 'vitest';
import { courseOf, secondsOf, type Stretch } from './timeLine';

const rings = (n: number, seconds = n * 5): Stretch => ({ seconds, rings: n, kind: 'rings' });

describe('the time line of a rule', () => {
  it('has one step after the other', () => {
    const { beats, rung, length } = courseOf([rings(3), rings(2), rings(5)]);
    expect(beats.map((b) => [b.from, b.until, b.rings])).toEqual([[0, 15, 3], [15, 25, 2], [25, 50, 5]]);
    expect([rung, length]).toEqual([50, 50]);
  });

  it('draws a message behind the last ring, however long it may be', () => {
    const { beats, rung, length } = courseOf([rings(10), { seconds: 120, rings: 0, kind: 'message' }]);
    expect(beats[1]).toEqual({ from: 50, until: 58, rings: 0, kind: 'message' });
    expect([rung, length]).toEqual([50, 58]);
  });

  it('takes no time for a step that is left out', () => {
    const { beats } = courseOf([rings(3), { seconds: 10, rings: 2, kind: 'out' }, rings(2)]);
    expect(beats.map((b) => [b.from, b.until])).toEqual([[0, 15], [15, 15], [15, 25]]);
  });

  it('marks where steps end, but none over another', () => {
    expect(courseOf([rings(3), rings(2), rings(5)]).marks).toEqual([0, 15, 25, 50]);
    expect(courseOf([rings(1), rings(20)]).marks).toEqual([0, 105]);
    expect(courseOf([rings(20), rings(1)]).marks).toEqual([0, 105]);
  });

  it('is a picture even of nothing', () => expect(courseOf([])).toEqual({ beats: [], rung: 0, length: 1, marks: [0] }));

  it('waits for a number that is being typed', () => {
    expect(secondsOf('', 5)).toBe(0);
    expect(secondsOf(3, '')).toBe(0);
    expect(secondsOf(-3, 5)).toBe(0);
    expect(secondsOf(3, 2.5)).toBe(7.5);
  });
});
