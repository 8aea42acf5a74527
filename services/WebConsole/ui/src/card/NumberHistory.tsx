import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ask } from '../api/ask';
import { Problem } from '../api/problem';
import { Trouble } from '../ui-bits/Trouble';
import { PastCall } from './PastCall';
import { notesOf } from './notes';

interface NumberHistoryProps {
  number: string;
  /** The call whose card this is. */
  except: string;
}

const shownFirst = 8;

/** What there was with this number before, with results, notes and recordings. */
export function NumberHistory({ number, except }: NumberHistoryProps) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string>();
  const history = useQuery({
    queryKey: ['calls-of-number', number],
    queryFn: ({ signal }) => ask('callcenter.calls.v1.Calls/ListCallsOfNumber', { number, pageSize: 30 }, signal),
  });
  const past = (history.data?.calls ?? []).filter((call) => call.id !== except);
  const ids = past.map((call) => call.id);
  const notes = useQuery({ queryKey: ['notes', ids], queryFn: ({ signal }) => notesOf(ids, signal), enabled: ids.length > 0 });

  return (
    <section className="column tight" aria-label={t('card.historyOf')}>
      <h3 className="section-title">{t('card.historyOf')}{past.length > 0 && ` · ${past.length}${history.data?.nextPageToken ? '+' : ''}`}</h3>
      {history.isError && !(history.error instanceof Problem && history.error.status === 400) && (
        <Trouble error={history.error} retry={() => void history.refetch()} />
      )}
      {history.isSuccess && past.length === 0 && <p className="sm dim">{t('card.firstCall')}</p>}
      <ul>
        {past.slice(0, shownFirst).map((call) => (
          <PastCall key={call.id} call={call} note={notes.data?.find((n) => n.callId === call.id)} opened={opened === call.id}
            toggle={() => setOpened(opened === call.id ? undefined : call.id)} />
        ))}
      </ul>
      {past.length > shownFirst && (
        <Button component={Link} to={`/history?number=${encodeURIComponent(number)}`} variant="subtle" size="compact-sm">{t('card.moreHistory')}</Button>
      )}
    </section>
  );
}
