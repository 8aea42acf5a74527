// The hours of the ledger, by day in the browser's zone, and what they come to.
import type { LedgerFault, LedgerGap, LedgerHour } from '../../api/words';
import { ms } from '../../ui-bits/times';

export const periods = ['today', 'yesterday', 'week', 'month'] as const;
export type Period = (typeof periods)[number];
const daysBack = { today: 0, yesterday: 1, week: 6, month: 29 };

/** From the beginning of a day until now; yesterday until its end. */
export function boundsOf(period: Period, now: number): { from: string; until: string } {
  const from = new Date(now);
  from.setHours(0, 0, 0, 0);
  const midnight = from.getTime();
  from.setDate(from.getDate() - daysBack[period]);
  return { from: from.toISOString(), until: new Date(period === 'yesterday' ? midnight : now).toISOString() };
}

export type Verdict = 'zero' | 'gaps' | 'unknown' | 'open';

export interface Sum {
  /** The worst that can be said; "zero" only when it can be said of every hour that is over. */
  verdict: Verdict;
  missing: number;
  backFilled: number;
  recorded: number;
  hours: { zero: number; gaps: number; unknown: number; open: number };
}

const verdictOfHour = (hour: Pick<LedgerHour, 'state'>): Verdict =>
  hour.state === 'STATE_ZERO_LOST' ? 'zero' : hour.state === 'STATE_GAPS' ? 'gaps' : hour.state === 'STATE_OPEN' ? 'open' : 'unknown';

export function sumOf(hours: readonly LedgerHour[]): Sum {
  const count = { zero: 0, gaps: 0, unknown: 0, open: 0 };
  for (const hour of hours) count[verdictOfHour(hour)] += 1;
  return {
    verdict: count.gaps > 0 ? 'gaps' : count.unknown > 0 ? 'unknown' : count.zero > 0 ? 'zero' : 'open',
    missing: hours.reduce((sum, h) => sum + h.missingCalls, 0),
    backFilled: hours.reduce((sum, h) => sum + h.backFilledCalls, 0),
    recorded: hours.reduce((sum, h) => sum + h.recordedCalls, 0),
    hours: count,
  };
}

export interface Cell {
  hour: LedgerHour;
  verdict: Verdict;
  /** What stands in it, so that the colour alone says nothing. */
  text: string;
}

export interface Day {
  /** Midnight. */
  at: number;
  /** One place for each hour of the day's clock; empty where nothing was asked for. */
  cells: (Cell | undefined)[];
  sum: Sum;
}

const textOf = (hour: LedgerHour, verdict: Verdict): string =>
  verdict === 'gaps' ? `−${hour.missingCalls}` : verdict === 'unknown' ? '?' : verdict === 'open' ? '…' : String(hour.recordedCalls);

/** The latest day first. The hour that a clock set back repeats shares a place with its first: the worse one is shown. */
export function daysOf(hours: readonly LedgerHour[]): Day[] {
  const byDay = new Map<number, LedgerHour[]>();
  for (const hour of hours) {
    const at = new Date(ms(hour.from) ?? 0).setHours(0, 0, 0, 0);
    byDay.set(at, [...(byDay.get(at) ?? []), hour]);
  }
  return [...byDay].sort(([a], [b]) => b - a).map(([at, ofDay]) => {
    const cells = Array.from<Cell | undefined>({ length: 24 });
    for (const hour of ofDay) {
      const place = new Date(ms(hour.from) ?? 0).getHours();
      const verdict = verdictOfHour(hour);
      const worse: Verdict[] = ['zero', 'open', 'unknown', 'gaps'];
      const there = cells[place];
      if (!there || worse.indexOf(verdict) > worse.indexOf(there.verdict)) cells[place] = { hour, verdict, text: textOf(hour, verdict) };
    }
    return { at, cells, sum: sumOf(ofDay) };
  });
}

/** How many hours are not known though no witness failed in them: the PBX's logs do not tell of that time. */
export const untoldHours = (hours: readonly LedgerHour[]): number => hours.filter((h) => verdictOfHour(h) === 'unknown' && h.faults.length === 0).length;

export const gapsOf = (hours: readonly LedgerHour[]): LedgerGap[] => hours.flatMap((h) => h.gaps).sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''));

/** The times in which a witness could not be relied on; what is told for several hours is one. */
export function faultsOf(hours: readonly LedgerHour[]): LedgerFault[] {
  const one = new Map(hours.flatMap((h) => h.faults).map((f) => [`${f.witness} ${f.kind} ${f.from ?? ''} ${f.until ?? ''}`, f]));
  return [...one.values()].sort((a, b) => (b.from ?? '').localeCompare(a.from ?? ''));
}
