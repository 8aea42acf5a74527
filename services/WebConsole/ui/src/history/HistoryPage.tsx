import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ask } from '../api/ask';
import { PartHealth } from '../shell/PartHealth';
import { Empty } from '../ui-bits/Empty';
import { HistoryIcon } from '../ui-bits/icons';
import { now } from '../ui-bits/now';
import { Trouble } from '../ui-bits/Trouble';
import { Store } from '../ui-bits/store';
import { offerUndo } from '../ui-bits/undo';
import { CallTable } from './CallTable';
import { HistoryFilters } from './HistoryFilters';
import css from './History.module.css';
import { addressOf, filtersOf, requestOf, type Filters } from './filters';
import { PagePlaces, mostPages } from './pagePlaces';

const pageSize = 200;

/** The filters that are shown; undefined while the page is not. */
const shownAddress = new Store<string | undefined>(undefined);

/** Every call, the latest first, as far down as one scrolls; only those around the screen are held. */
export function HistoryPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  // Pages hang together by their filters: "now" is that of the first page until one asks anew.
  const [asOf, setAsOf] = useState(now);

  // eslint-disable-next-line react-hooks/exhaustive-deps -- other filters make another list, with places of its own
  const places = useMemo(() => new PagePlaces(), [filters, asOf]);

  const calls = useInfiniteQuery({
    queryKey: ['history', filters, asOf],
    queryFn: ({ pageParam: pageToken, signal }) =>
      filters.number === ''
        ? ask('callcenter.calls.v1.Calls/ListCalls', { ...requestOf(filters, asOf), pageSize, pageToken }, signal)
        : ask('callcenter.calls.v1.Calls/ListCallsOfNumber', { number: filters.number, pageSize, pageToken }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextPageToken || undefined,
    getPreviousPageParam: (_first, _all, token) => places.before(token),
    maxPages: mostPages,
    // A list that one comes back to begins at its top: it is not known any more where its pages stood.
    gcTime: 0,
    refetchOnWindowFocus: false,
    staleTime: Infinity,
  });
  const [all, offset] = useMemo(() => {
    if (!calls.data) return [[], 0] as const;
    const tokens = calls.data.pageParams as string[];
    places.learn(calls.data.pages, tokens);
    return [calls.data.pages.flatMap((p) => p.calls), places.offsetOf(tokens[0] ?? '')] as const;
  }, [calls.data, places]);
  const address = search.toString();
  useEffect(() => shownAddress.set(address), [address]);
  useEffect(() => () => shownAddress.set(undefined), []);

  function reset(to: Record<string, string>): void {
    const cleared = new URLSearchParams(to).toString();
    if (cleared === address) return;
    setSearch(to, { replace: true });
    // Filters that were chosen since, or by another page, are not undone.
    offerUndo({
      title: t('history.wasReset'),
      key: 'history filters',
      holds: () => shownAddress.get() === cleared,
      watch: shownAddress.subscribe,
      undo: () => setSearch(search, { replace: true }),
    });
  }
  const change = (next: Partial<Filters>): void => setSearch(addressOf({ ...filters, ...next }), { replace: true });

  return (
    <div className={`page ${css.page ?? ''}`}>
      <div className="page-head">
        <h1>{t('history.title')}</h1>
        {calls.isSuccess && <span className="dim sm num">{t('history.end', { count: offset + all.length })}{calls.hasNextPage ? '+' : ''}</span>}
        <span className="grow" />
        <Button size="compact-sm" variant="default" loading={calls.isFetching && !calls.isFetchingNextPage && !calls.isFetchingPreviousPage} onClick={() => setAsOf(now())}>{t('history.newer')}</Button>
      </div>
      <HistoryFilters filters={filters} change={change} reset={() => reset({})} />
      <PartHealth needs="telephony">
        {calls.isPending && <Skeleton height={360} radius="md" aria-label={t('shell.loading')} />}
        {calls.isError && <Trouble error={calls.error} retry={() => void calls.refetch()} />}
        {calls.isSuccess && all.length === 0 && !calls.hasNextPage && (
          <div className="panel">
            <Empty icon={<HistoryIcon size={30} />} title={t('history.none')} hint={t('history.noneHint')}
              action={<Button variant="light" onClick={() => reset({ period: 'all' })}>{t('history.reset')}</Button>} />
          </div>
        )}
        {(all.length > 0 || calls.hasNextPage) && (
          <CallTable calls={all} offset={offset} hasMore={calls.hasNextPage} isLoading={calls.isFetchingNextPage || calls.isFetchingPreviousPage}
            more={() => void calls.fetchNextPage()} before={() => void calls.fetchPreviousPage()} />
        )}
      </PartHealth>
    </div>
  );
}
