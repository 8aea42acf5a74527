import type { NeverCalledBack } from '../api/words';

/** What became of missed calls, in numbers; the four parts are all of them. */
export interface Fates {
  misses: number;
  inTime: number;
  late: number;
  open: number;
  unreachable: number;
  /** Of all misses, the part that was called back, 0 to 1. */
  share: number;
}

export function fatesOf(row: NeverCalledBack): Fates {
  const misses = Number(row.misses);
  const calledBack = Number(row.calledBack);
  const inTime = Math.min(calledBack, Number(row.calledBackInTime));
  return {
    misses,
    inTime,
    late: calledBack - inTime,
    open: Number(row.open),
    unreachable: Number(row.unreachable),
    share: misses === 0 ? 1 : calledBack / misses,
  };
}
