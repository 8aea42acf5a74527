// The filters of the history. They live in the address, so that a list can be sent to a colleague.
import type { CallResult, Direction, ListCallsRequest } from '../api/words';
import { boundsOfDays, midnight } from '../ui-bits/times';

export const periods = ['today', 'yesterday', 'week', 'month', 'all'] as const;
export type Period = (typeof periods)[number];

export const directions = ['DIRECTION_IN', 'DIRECTION_OUT', 'DIRECTION_INTERNAL'] as const satisfies Direction[];
export const results = ['RESULT_ANSWERED', 'RESULT_MISSED', 'RESULT_LOST_IN_TRANSFER', 'RESULT_NOT_ANSWERED'] as const satisfies CallResult[];

export interface Filters {
  period: Period;
  /** Days of one's own choice, YYYY-MM-DD, in place of a period; empty: open. */
  from: string;
  until: string;
  direction: Direction;
  result: CallResult;
  /** Extension or mobile. */
  talkedBy: string;
  ownNumber: string;
  clientId: string;
  /** The whole history of a number, in place of everything else. */
  number: string;
}

const day = /^\d{4}-\d{2}-\d{2}$/;

const oneOf = <T extends string>(known: readonly T[], value: string | null): T | undefined => known.find((k) => k === value);

export function filtersOf(search: URLSearchParams): Filters {
  const text = (name: string): string => search.get(name)?.slice(0, 100) ?? '';
  const date = (name: string): string => (day.test(text(name)) ? text(name) : '');
  return {
    period: oneOf(periods, search.get('period')) ?? 'week',
    from: date('from'),
    until: date('until'),
    direction: oneOf(directions, search.get('direction')) ?? 'DIRECTION_UNSPECIFIED',
    result: oneOf(results, search.get('result')) ?? 'RESULT_UNSPECIFIED',
    talkedBy: text('by'),
    ownNumber: text('own'),
    clientId: text('client'),
    number: text('number'),
  };
}

/** The address of filters; what is as usual is left out. */
export function addressOf(filters: Filters): Record<string, string> {
  const all: Record<string, string> = {
    period: filters.period === 'week' || filters.from !== '' || filters.until !== '' ? '' : filters.period,
    from: filters.from,
    until: filters.until,
    direction: filters.direction === 'DIRECTION_UNSPECIFIED' ? '' : filters.direction,
    result: filters.result === 'RESULT_UNSPECIFIED' ? '' : filters.result,
    by: filters.talkedBy,
    own: filters.ownNumber,
    client: filters.clientId,
    number: filters.number,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** The bounds in time, cut into days in the browser's zone; a day of one's own choice is meant whole. */
export function boundsOf(filters: Filters, now: number): { from?: string; until?: string } {
  if (filters.from !== '' || filters.until !== '') return boundsOfDays(filters.from, filters.until);
  switch (filters.period) {
    case 'today':
      return { from: midnight(now, 0) };
    case 'yesterday':
      return { from: midnight(now, -1), until: midnight(now, 0) };
    case 'week':
      return { from: midnight(now, -6) };
    case 'month':
      return { from: midnight(now, -29) };
    case 'all':
      return {};
  }
}

export function requestOf(filters: Filters, now: number): Partial<ListCallsRequest> {
  return {
    ...boundsOf(filters, now),
    direction: filters.direction,
    result: filters.result,
    talkedBy: filters.talkedBy,
    ownNumber: filters.ownNumber,
    clientId: filters.clientId,
  };
}
