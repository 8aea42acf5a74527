import { Button, Skeleton, Switch } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/ask';
import type { ApiKey } from '../../api/words';
import { useLanguage } from '../../i18n/language';
import { useEmployees } from '../../live/people';
import { useMay } from '../../session/meContext';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { PlusIcon } from '../../ui-bits/icons';
import { Mark } from '../../ui-bits/Mark';
import { useMinute } from '../../ui-bits/now';
import { localeOf, ms } from '../../ui-bits/times';
import { Trouble } from '../../ui-bits/Trouble';
import { Confirm } from '../forms/Confirm';
import { KeyForm } from './KeyForm';
import css from './Keys.module.css';
import { stateOf, wordOfPermission } from './keyState';

const moods = { good: 'talking', endsSoon: 'ringing', ended: 'unanswered', revoked: 'missed' };

/** The keys of other systems: what each may do, when it was used last, and its end. */
export function KeysPage() {
  const { t } = useTranslation();
  const mayWrite = useMay('api_keys.write');
  const [withEnded, setWithEnded] = useState(false);
  const [adding, setAdding] = useState(false);
  const keys = useInfiniteQuery({
    queryKey: ['api-keys', withEnded],
    queryFn: ({ pageParam: pageToken, signal }) => ask('callcenter.staff.v1.ApiKeys/ListApiKeys', { withEnded, pageToken }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextPageToken || undefined,
  });
  const all = keys.data?.pages.flatMap((p) => p.apiKeys) ?? [];
  const add = mayWrite && !adding && <Button leftSection={<PlusIcon size={16} />} onClick={() => setAdding(true)}>{t('settings.keys.add')}</Button>;

  return (
    <>
      <div className="page-head">
        <h2 className={css.title}>{t('settings.section.keys')}</h2>
        <span className="grow" />
        <Switch label={t('settings.keys.withEnded')} checked={withEnded} onChange={(e) => setWithEnded(e.currentTarget.checked)} />
        {add}
      </div>
      <p className="dim sm">{t('settings.keys.lead')}</p>
      <PartHealth needs="staff">
        {adding && <KeyForm close={() => setAdding(false)} />}
        {keys.isPending && <Skeleton height={180} radius="md" aria-label={t('shell.loading')} />}
        {keys.isError && <Trouble error={keys.error} retry={() => void keys.refetch()} />}
        {keys.isSuccess && (
          <div className="column" data-keys={all.length}>
            {all.length === 0 && <div className="panel"><Empty title={t('settings.keys.empty')} hint={t('settings.keys.emptyHint')} action={add} /></div>}
            <ul className="column" style={{ gap: 10 }}>{all.map((key) => <KeyRow key={key.id} apiKey={key} mayWrite={mayWrite} />)}</ul>
            {keys.hasNextPage && <Button variant="subtle" loading={keys.isFetchingNextPage} onClick={() => void keys.fetchNextPage()}>{t('callbacks.more')}</Button>}
          </div>
        )}
      </PartHealth>
    </>
  );
}

function KeyRow({ apiKey, mayWrite }: { apiKey: ApiKey; mayWrite: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const cache = useQueryClient();
  const employees = useEmployees();
  const [revoking, setRevoking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => ask('callcenter.staff.v1.ApiKeys/RevokeApiKey', { id: apiKey.id, version: apiKey.version }),
    onSuccess: () => setRevoking(false),
    onSettled: () => cache.invalidateQueries({ queryKey: ['api-keys'] }),
  });
  const state = stateOf(apiKey, now);
  const day = (time: string | undefined): string => {
    const at = ms(time);
    return at === undefined ? '—' : new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium' }).format(at);
  };
  const maker = employees.find((e) => e.id === apiKey.createdBy)?.name ?? t(apiKey.createdBy === '' ? 'settings.keys.byCommand' : 'settings.keys.bySomebody');
  const permissions = apiKey.permissions.map((p) => {
    const word = wordOfPermission(p);
    return word ? t(`settings.permission.${word}`) : p;
  });

  return (
    <li className={`panel ${css.key ?? ''}`} data-key={apiKey.id}>
      <div className="row wraps">
        <span className="strong wrap">{apiKey.name}</span>
        <Mark mood={moods[state]}>{t(`settings.keys.state.${state}`)}</Mark>
        <span className="grow" />
        {mayWrite && (state === 'good' || state === 'endsSoon') && (
          <Button size="compact-sm" variant="subtle" color="red" aria-label={`${t('settings.keys.revoke')}: ${apiKey.name}`} onClick={() => setRevoking(true)}>{t('settings.keys.revoke')}</Button>
        )}
      </div>
      <p className="sm wrap">{permissions.join(' · ')}</p>
      <p className="xs dim wrap">
        {[t('settings.keys.made', { who: maker, when: day(apiKey.createdAt) }), t('settings.keys.ends', { when: day(apiKey.expiresAt) }), t('settings.keys.perMinute', { count: apiKey.requestsPerMinute }),
          apiKey.lastUsedAt === undefined ? t('settings.keys.neverUsed') : t('settings.keys.used', { when: day(apiKey.lastUsedAt), address: apiKey.lastAddress })].join(' · ')}
      </p>
      {revoking && (
        <Confirm title={t('settings.keys.revokeTitle', { name: apiKey.name })} act={t('settings.keys.revoke')} busy={revoke.isPending} error={revoke.error} run={() => revoke.mutate()}
          close={() => { setRevoking(false); revoke.reset(); }}>
          {t('settings.keys.revokeText')}
        </Confirm>
      )}
    </li>
  );
}
