// The queue of callbacks, and what is done with one of them.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask } from '../api/ask';
import type { Callback, Dialling, TryResult } from '../api/words';
import { ms } from '../ui-bits/times';

/** Everything that is not closed, in the order in which it is best worked off. */
export const queueQuery = ({ mine }: { mine: boolean }) =>
  queryOptions({
    queryKey: ['callbacks', 'queue', { mine }],
    queryFn: ({ signal }) => ask('callcenter.callbacks.v1.Callbacks/ListCallbacks', { mine, pageSize: 500 }, signal),
    // Scores grow with the minutes, and leases run out, without anybody telling.
    refetchInterval: 60_000,
  });

export const closedQuery = infiniteQueryOptions({
  queryKey: ['callbacks', 'closed'],
  queryFn: ({ pageParam, signal }) =>
    ask('callcenter.callbacks.v1.Callbacks/ListCallbacks', { state: 'STATE_CLOSED', pageSize: 50, pageToken: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: (last) => last.nextPageToken || undefined,
});

/** Who has it now, if anybody has: a lease that ran out is nobody's. */
export type Holder = 'me' | 'other' | 'nobody';

export function holderOf(callback: Callback, employeeId: string, now: number): Holder {
  const until = ms(callback.lease?.until);
  if (!callback.lease || until === undefined || until <= now || callback.state === 'STATE_CLOSED') return 'nobody';
  return callback.lease.employeeId === employeeId ? 'me' : 'other';
}

/** Whether what was given back is still there to be taken: of several states that are known of it the newest says so. */
export function isFree(released: Callback, known: readonly Callback[], now: number): boolean {
  const newest = known.filter((c) => c.id === released.id).sort((a, b) => Number(BigInt(b.version) - BigInt(a.version)))[0];
  // What is closed is not in the queue any more.
  if (!newest) return false;
  return BigInt(newest.version) <= BigInt(released.version) || (newest.state !== 'STATE_CLOSED' && holderOf(newest, '', now) === 'nobody');
}

/** The dialling of the present lease: the last to its number since it was taken. */
export function diallingOfLease(callback: Callback, diallings: readonly Dialling[]): Dialling | undefined {
  const taken = ms(callback.lease?.takenAt);
  if (taken === undefined) return undefined;
  return diallings.find((d) => d.purpose === 'PURPOSE_CALL' && d.number === callback.number && (ms(d.askedAt) ?? 0) >= taken - 1000);
}

/** What a dialling says about the try; undefined when it says nothing, as when one's own phone was not lifted. */
export function tryResultOf(dialling: Dialling | undefined): TryResult | undefined {
  switch (dialling?.outcome) {
    case 'OUTCOME_CLIENT_BUSY':
      return 'TRY_RESULT_BUSY';
    case 'OUTCOME_CLIENT_NO_ANSWER':
    case 'OUTCOME_CLIENT_DECLINED':
      return 'TRY_RESULT_NO_ANSWER';
    case 'OUTCOME_WRONG_NUMBER':
      return 'TRY_RESULT_WRONG_NUMBER';
    default:
      return undefined;
  }
}

export type Later = 'half' | 'two' | 'evening' | 'morning';

/** The usual times to try again, in the browser's zone; none that is past. */
export function laters(now: number): { key: Later; at: number }[] {
  const evening = new Date(now).setHours(17, 0, 0, 0);
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  const all: { key: Later; at: number }[] = [
    { key: 'half', at: now + 30 * 60_000 },
    { key: 'two', at: now + 120 * 60_000 },
    { key: 'evening', at: evening },
    { key: 'morning', at: tomorrow.setHours(10, 0, 0, 0) },
  ];
  return all.filter((later) => later.key !== 'evening' || later.at > now + 3 * 3_600_000);
}

/** When one would usually try again after a result. */
export const usualLater = (result: TryResult): Later =>
  result === 'TRY_RESULT_BUSY' ? 'half' : result === 'TRY_RESULT_NO_ANSWER' ? 'two' : 'morning';
