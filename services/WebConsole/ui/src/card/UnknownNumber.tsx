import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ask } from '../api/ask';
import { Problem } from '../api/problem';
import type { Client, ClientKind } from '../api/words';
import { clickKey } from '../live/useDial';
import { formatNumber } from '../ui-bits/phoneNumber';
import { Trouble } from '../ui-bits/Trouble';
import css from './Card.module.css';
import { touchCard } from './cards';
import { TypedForms, useTyped } from './typed';

interface Entry {
  way: 'create' | 'attach';
  name: string;
  kind: ClientKind;
  query: string;
}

const forms = new TypedForms<Entry>({ way: 'create', name: '', kind: 'KIND_PERSON', query: '' }, clickKey);

interface UnknownNumberProps {
  number: string;
  callId: string | undefined;
}

/** A number that is nobody's: a new client in two fields, or one more number of a known one. */
export function UnknownNumber({ number, callId }: UnknownNumberProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const place = callId ?? number;
  const { way, name, kind, query, key } = useTyped(forms, place);
  const type = (part: Partial<Entry>): void => forms.change(place, part);
  const [wanted] = useDebouncedValue(query.trim(), 250);

  const known = (client: Client | undefined): void => {
    if (client) cache.setQueryData(['client', client.id], client);
    cache.setQueryData(['client-of-number', number], client ?? null);
    void cache.invalidateQueries({ queryKey: ['callbacks'] });
    forms.forget(place);
  };
  const create = useMutation({
    mutationFn: () => ask('callcenter.clients.v1.Clients/CreateClient', { idempotencyKey: key, kind, name: name.trim(), numbers: [number] }),
    onSuccess: ({ client }) => known(client),
    onError: (refused) => {
      if (!(refused instanceof Problem && refused.isTransient)) forms.change(place, { key: clickKey() });
    },
  });
  const attach = useMutation({
    mutationFn: (clientId: string) => ask('callcenter.clients.v1.Clients/AddClientNumber', { clientId, number }),
    onSuccess: ({ client }) => known(client),
  });
  const found = useQuery({
    queryKey: ['find-clients', wanted],
    queryFn: ({ signal }) => ask('callcenter.clients.v1.Clients/FindClients', { query: wanted, pageSize: 6 }, signal),
    enabled: way === 'attach' && wanted.length >= 2,
  });
  const error = way === 'create' ? create.error : attach.error;
  const takenBy = error instanceof Problem && error.reason === 'NUMBER_TAKEN' ? error.details.client_id : undefined;

  function save(event: SubmitEvent): void {
    event.preventDefault();
    if (name.trim() !== '') create.mutate();
  }

  return (
    <section className={`column ${css.box ?? ''}`} aria-label={t('card.unknown.title')}>
      <p className="strong sm">{t('card.unknown.title')}: <span className="num">{formatNumber(number)}</span></p>
      <SegmentedControl fullWidth size="xs" value={way} onChange={(v) => type({ way: v === 'attach' ? 'attach' : 'create' })} aria-label={t('card.unknown.title')}
        data={[{ value: 'create', label: t('card.unknown.create') }, { value: 'attach', label: t('card.unknown.attach') }]} />
      {way === 'create' ? (
        <form className="column" onSubmit={save}>
          <TextInput label={t('card.unknown.name')} placeholder={t('card.unknown.namePlaceholder')} value={name} maxLength={200} autoComplete="off"
            onChange={(e) => { type({ name: e.currentTarget.value }); if (callId) touchCard(callId); }} />
          <div className="row">
            <SegmentedControl size="xs" value={kind} onChange={(v) => type({ kind: v })} aria-label={t('card.unknown.kind')}
              data={[{ value: 'KIND_PERSON', label: t('client.kind.KIND_PERSON') }, { value: 'KIND_ORGANISATION', label: t('client.kind.KIND_ORGANISATION') }]} />
            <span className="grow" />
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>{t('card.unknown.save')}</Button>
          </div>
        </form>
      ) : (
        <div className="column">
          <TextInput label={t('card.unknown.find')} placeholder={t('card.unknown.findPlaceholder')} value={query} autoComplete="off"
            onChange={(e) => { type({ query: e.currentTarget.value }); if (callId) touchCard(callId); }} />
          {found.data?.clients.length === 0 && <p className="sm dim">{t('search.nothing')}</p>}
          <ul className="column tight">
            {found.data?.clients.map((client) => (
              <li key={client.id}>
                <Button fullWidth justify="flex-start" variant="default" loading={attach.isPending && attach.variables === client.id}
                  onClick={() => attach.mutate(client.id)} aria-label={t('card.unknown.attachTo', { name: client.name })}>
                  <span className="cut">{client.name}</span>
                  <span className="dim num" style={{ marginLeft: 8, fontWeight: 400 }}>{formatNumber(client.numbers[0] ?? '')}</span>
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {takenBy ? (
        <p className="sm" role="alert">{t('card.unknown.taken')}. <Link to={`/clients/${takenBy}`}>{t('card.unknown.showTaken')}</Link></p>
      ) : (
        <Trouble error={error} />
      )}
    </section>
  );
}
