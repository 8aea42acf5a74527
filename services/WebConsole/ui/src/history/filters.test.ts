import { describe, expect, it } from 'vitest';
import { addressOf, boundsOf, filtersOf } from './filters';

const of = (address: string) => filtersOf(new URLSearchParams(address));
const now = new Date(2026, 0, 5, 9, 30).getTime();

describe('filters of the history', () => {
  it('come back from their address as they were', () => {
    const filters = of('period=month&direction=DIRECTION_IN&result=RESULT_MISSED&by=101&own=74950000001');
    expect(filtersOf(new URLSearchParams(addressOf(filters)))).toEqual(filters);
  });
  it('leave what is as usual out of the address', () => expect(addressOf(of(''))).toEqual({}));
  it('take nothing that they do not know', () =>
    expect(of('period=never&direction=UP&result=1&from=tomorrow')).toEqual(of('')));
  it('cut days in the browser’s zone', () =>
    expect(boundsOf(of('period=yesterday'), now)).toEqual({
      from: new Date(2026, 0, 4).toISOString(), until: new Date(2026, 0, 5).toISOString(),
    }));
  it('mean the last day whole', () =>
    expect(boundsOf(of('from=2026-01-02&until=2026-01-03'), now)).toEqual({
      from: new Date(2026, 0, 2).toISOString(), until: new Date(2026, 0, 4).toISOString(),
    }));
  it('may have no bounds', () => expect(boundsOf(of('period=all'), now)).toEqual({}));
});
