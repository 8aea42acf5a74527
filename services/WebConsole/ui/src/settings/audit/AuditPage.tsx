import { Button, Select, Skeleton, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ask } from '../../api/ask';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { CloseIcon, HistoryIcon } from '../../ui-bits/icons';
import { Trouble } from '../../ui-bits/Trouble';
import { useEverybody } from '../staff';
import css from './Audit.module.css';
import { AuditRow } from './AuditRow';
import { actionOf, actions, addressOf, filtersOf, requestOf, wordOfAction, type AuditFilters } from './auditFilters';

const pageSize = 100;

/** Who did what, when, from where. Nobody can change it, nor can anybody here. */
export function AuditPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  const change = (next: Partial<AuditFilters>): void => setSearch(addressOf({ ...filters, ...next }), { replace: true });
  // Those dismissed, too: what they did stays theirs.
  const everybody = useEverybody().data ?? [];
  const log = useInfiniteQuery({
    queryKey: ['audit', filters],
    queryFn: ({ pageParam: pageToken, signal }) => ask('callcenter.staff.v1.Audit/ListAuditRecords', { ...requestOf(filters), pageSize, pageToken }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextPageToken || undefined,
    refetchOnWindowFocus: false,
  });
  const all = log.data?.pages.flatMap((p) => p.records) ?? [];
  const filtered = Object.keys(addressOf(filters)).length > 0;
  const chosen = filters.action !== '' && !wordOfAction(filters.action) ? [{ value: filters.action, label: filters.action }] : [];

  return (
    <>
      <div className="page-head">
        <h2 className={css.title}>{t('settings.section.audit')}</h2>
        <span className="grow" />
        <Button size="compact-sm" variant="default" loading={log.isFetching && !log.isFetchingNextPage} onClick={() => void log.refetch()}>{t('history.newer')}</Button>
      </div>
      <div className="row wraps" role="search" aria-label={t('settings.section.audit')}>
        <Select size="xs" w={220} aria-label={t('settings.audit.who')} placeholder={t('settings.audit.anybody')} clearable searchable value={filters.actorId || null} onChange={(value) => change({ actorId: value ?? '' })}
          data={everybody.map((e) => ({ value: e.id, label: e.dismissed ? `${e.name} · ${t('settings.employees.dismissed')}` : e.name }))} nothingFoundMessage={t('settings.form.nothingFound')} />
        <Select size="xs" w={260} aria-label={t('settings.audit.what')} placeholder={t('settings.audit.anything')} clearable searchable value={filters.action || null} onChange={(value) => change({ action: value ?? '' })}
          data={[...chosen, ...actions.map((word) => ({ value: actionOf(word), label: t(`settings.action.${word}`) }))]} nothingFoundMessage={t('settings.form.nothingFound')} />
        <div className="row gap-s">
          <TextInput type="date" size="xs" aria-label={t('history.from')} value={filters.from} onChange={(e) => change({ from: e.currentTarget.value })} />
          <span aria-hidden="true">—</span>
          <TextInput type="date" size="xs" aria-label={t('history.until')} value={filters.until} onChange={(e) => change({ until: e.currentTarget.value })} />
        </div>
        {filtered && <Button size="compact-sm" variant="subtle" color="gray" leftSection={<CloseIcon size={14} />} onClick={() => setSearch({}, { replace: true })}>{t('history.reset')}</Button>}
      </div>
      <PartHealth needs="staff">
        {log.isPending && <Skeleton height={260} radius="md" aria-label={t('shell.loading')} />}
        {log.isError && <Trouble error={log.error} retry={() => void log.refetch()} />}
        {log.isSuccess && all.length === 0 && <div className="panel"><Empty icon={<HistoryIcon size={30} />} title={t('settings.audit.none')} hint={t('settings.audit.noneHint')} /></div>}
        {all.length > 0 && <ul className={`panel ${css.list ?? ''}`}>{all.map((record) => <AuditRow key={record.id} record={record} everybody={everybody} />)}</ul>}
        {log.hasNextPage && <Button variant="subtle" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>{t('callbacks.more')}</Button>}
      </PartHealth>
    </>
  );
}
