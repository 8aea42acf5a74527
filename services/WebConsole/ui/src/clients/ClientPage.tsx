import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ask } from '../api/ask';
import { Problem } from '../api/problem';
import { OpenCallbacks } from '../card/OpenCallbacks';
import { PastCall } from '../card/PastCall';
import { notesOf } from '../card/notes';
import { useLanguage } from '../i18n/language';
import { useDial } from '../live/useDial';
import { useMay, useMe } from '../session/meContext';
import { PartHealth } from '../shell/PartHealth';
import { Empty } from '../ui-bits/Empty';
import { CompanyIcon, PhoneOutIcon, UserIcon } from '../ui-bits/icons';
import { formatNumber } from '../ui-bits/phoneNumber';
import { localeOf, ms } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import { useClient } from './clientsOf';
import { useState } from 'react';

/** A client: numbers to call, who is responsible, and every call with him. */
export function ClientPage() {
  const { t } = useTranslation();
  const language = useLanguage();
  const me = useMe();
  const mayDial = useMay('calls.dial') && me.extension !== '';
  const { id = '' } = useParams();
  const found = useClient(id);
  const { place } = useDial();
  const client = found.data;
  const created = ms(client?.createdAt);

  return (
    <div className="page">
      <PartHealth needs="leads">
        {found.isPending && <Skeleton height={120} radius="md" aria-label={t('shell.loading')} />}
        {found.isError && (found.error instanceof Problem && found.error.code === 'NOT_FOUND'
          ? <Empty title={t('client.missing')} /> : <Trouble error={found.error} retry={() => void found.refetch()} />)}
        {client && (
          <>
            <div className="page-head">
              <span className="dim" style={{ display: 'grid' }}>{client.kind === 'KIND_ORGANISATION' ? <CompanyIcon size={26} /> : <UserIcon size={26} />}</span>
              <h1 className="wrap">{client.name}</h1>
            </div>
            <p className="sm dim">
              {[t(`client.kind.${client.kind}`), `${t('client.responsible')}: ${client.responsibleName || t('client.nobody')}`,
                created === undefined ? '' : t('client.since', { date: new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'long' }).format(created) })].filter(Boolean).join(' · ')}
            </p>
            <section className="column tight" aria-label={t('client.numbers')}>
              {client.numbers.length === 0 && <p className="sm dim">{t('client.hidden')}</p>}
              <ul className="row wraps">
                {client.numbers.map((number) => (
                  <li key={number}>
                    <Button variant="default" leftSection={<PhoneOutIcon size={17} />} disabled={!mayDial} aria-label={`${t('client.call')} ${formatNumber(number)}`}
                      onClick={() => place.mutate({ number, shownName: client.name })}>
                      <span className="num">{formatNumber(number)}</span>
                    </Button>
                  </li>
                ))}
              </ul>
            </section>
            <OpenCallbacks number="" clientId={client.id} />
          </>
        )}
      </PartHealth>
      {client && <ClientCalls id={client.id} />}
    </div>
  );
}

function ClientCalls({ id }: { id: string }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string>();
  const calls = useInfiniteQuery({
    queryKey: ['history', 'client', id],
    queryFn: ({ pageParam: pageToken, signal }) => ask('callcenter.calls.v1.Calls/ListCalls', { clientId: id, pageSize: 50, pageToken }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextPageToken || undefined,
  });
  const all = calls.data?.pages.flatMap((p) => p.calls) ?? [];
  const ids = all.slice(0, 200).map((call) => call.id);
  const notes = useQuery({ queryKey: ['notes', ids], queryFn: ({ signal }) => notesOf(ids, signal), enabled: ids.length > 0 });

  return (
    <PartHealth needs="telephony">
      <section className="column tight" aria-label={t('client.history')}>
        <h2 className="section-title">{t('client.history')}</h2>
        <Trouble error={calls.error} retry={() => void calls.refetch()} />
        {calls.isSuccess && all.length === 0 && <p className="sm dim">{t('history.none')}</p>}
        {all.length > 0 && (
          <ul className="panel" style={{ padding: '0 14px' }}>
            {all.map((call) => (
              <PastCall key={call.id} call={call} note={notes.data?.find((n) => n.callId === call.id)} opened={opened === call.id}
                toggle={() => setOpened(opened === call.id ? undefined : call.id)} />
            ))}
          </ul>
        )}
        {calls.hasNextPage && <Button variant="subtle" loading={calls.isFetchingNextPage} onClick={() => void calls.fetchNextPage()}>{t('callbacks.more')}</Button>}
      </section>
    </PartHealth>
  );
}
