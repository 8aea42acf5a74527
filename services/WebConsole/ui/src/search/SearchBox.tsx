import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ask } from '../api/ask';
import { useDial } from '../live/useDial';
import { useMay, useMe } from '../session/meContext';
import { CompanyIcon, HistoryIcon, PhoneOutIcon, SearchIcon, UserIcon } from '../ui-bits/icons';
import { formatNumber, numberTyped } from '../ui-bits/phoneNumber';
import { Trouble } from '../ui-bits/Trouble';
import css from './SearchBox.module.css';

interface Found {
  key: string;
  icon: ReactNode;
  title: string;
  more: string;
  go: () => void;
}

/** Clients by any part of name or number, and a number itself: to call it or to see its history. */
export function SearchBox({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const mayFind = useMay('clients.read');
  const mayDial = useMay('calls.dial') && me.extension !== '';
  const navigate = useNavigate();
  const { place } = useDial();
  const listId = useId();
  const [query, setQuery] = useState('');
  const [wanted] = useDebouncedValue(query.trim(), 180);
  const [at, setAt] = useState(0);

  const clients = useQuery({
    queryKey: ['find-clients', wanted],
    queryFn: ({ signal }) => ask('callcenter.clients.v1.Clients/FindClients', { query: wanted, pageSize: 8 }, signal),
    enabled: mayFind && (wanted.replace(/\D/g, '').length >= 3 || /\p{L}/u.test(wanted)),
    placeholderData: (before) => before,
  });

  const go = (then: () => void) => () => {
    close();
    then();
  };
  const number = numberTyped(query);
  const found: Found[] = [
    ...(wanted === '' ? [] : (clients.data?.clients ?? [])).map((client) => ({
      key: client.id,
      icon: client.kind === 'KIND_ORGANISATION' ? <CompanyIcon /> : <UserIcon />,
      title: client.name,
      more: [client.numbers[0] === undefined ? t('search.unseen') : formatNumber(client.numbers[0]), client.responsibleName].filter(Boolean).join(' · '),
      go: go(() => void navigate(`/clients/${client.id}`)),
    })),
    ...(number === undefined ? [] : [
      ...(mayDial ? [{ key: 'call', icon: <PhoneOutIcon />, title: t('search.call', { number: formatNumber(number) }), more: '', go: go(() => place.mutate({ number })) }] : []),
      { key: 'history', icon: <HistoryIcon />, title: t('search.history', { number: formatNumber(number) }), more: '', go: go(() => void navigate(`/history?number=${number}`)) },
    ]),
  ];
  const chosen = Math.min(at, found.length - 1);

  function keys(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
    else if (event.key === 'Enter') found[chosen]?.go();
    else return;
    event.preventDefault();
  }

  return (
    <Modal.Root opened onClose={close} size={560} yOffset="12vh" padding={0} transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content aria-label={t('search.title')}>
      <TextInput
        value={query} onChange={(event) => { setQuery(event.currentTarget.value); setAt(0); }} onKeyDown={keys} size="lg" variant="unstyled" px="md"
        leftSection={<SearchIcon />} leftSectionWidth={44} placeholder={t('search.placeholder')} aria-label={t('search.placeholder')} data-autofocus autoFocus
        role="combobox" aria-expanded={found.length > 0} aria-controls={listId} aria-activedescendant={found[chosen] && `${listId}-${chosen}`} autoComplete="off"
      />
      <ul id={listId} role="listbox" aria-label={t('search.title')} className={css.list}>
        {found.map((one, i) => (
          <li key={one.key} id={`${listId}-${i}`} role="option" aria-selected={i === chosen} className={css.one} onMouseMove={() => setAt(i)} onClick={one.go}>
            <span className="dim" style={{ display: 'grid' }}>{one.icon}</span>
            <span className="cut strong">{one.title}</span>
            <span className="grow" />
            <span className="sm dim num cut">{one.more}</span>
          </li>
        ))}
      </ul>
      <div className={css.foot} role="status">
        {clients.isError ? <Trouble error={clients.error} />
          : found.length > 0 ? t('search.keys')
          : clients.isSuccess && wanted !== '' && !clients.isFetching ? `${t('search.nothing')}. ${t('search.nothingHint')}`
          : t('search.hint')}
      </div>
      </Modal.Content>
    </Modal.Root>
  );
}
