import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useMe } from '../session/meContext';
import { Empty } from '../ui-bits/Empty';
import { CallbackIcon } from '../ui-bits/icons';
import { useMinute } from '../ui-bits/now';
import { ms } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import css from './Callbacks.module.css';
import { QueueRow } from './QueueRow';
import { holderOf, queueQuery } from './queue';

const page = 40;

/** The queue in the order of the server's score; what I have taken stands on top, what comes back later at the end. */
export function Queue({ mine, showAll }: { mine: boolean; showAll: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const now = useMinute();
  const [search] = useSearchParams();
  const queue = useQuery(queueQuery({ mine }));
  const [opened, setOpened] = useState<string | undefined>(search.get('open') ?? undefined);
  const [shown, setShown] = useState(page);

  if (queue.isPending) return queue.fetchStatus === 'idle' ? null : <Skeleton height={220} radius="md" aria-label={t('shell.loading')} />;
  if (queue.isError) return <Trouble error={queue.error} retry={() => void queue.refetch()} />;

  const all = queue.data.callbacks;
  const inHand = all.filter((c) => holderOf(c, me.employeeId, now) === 'me');
  const isLater = (dueAt: string | undefined): boolean => (ms(dueAt) ?? 0) > now;
  const rest = all.filter((c) => !inHand.includes(c));
  const due = rest.filter((c) => !(c.state === 'STATE_POSTPONED' && isLater(c.dueAt)));
  const later = rest.filter((c) => !due.includes(c));

  if (all.length === 0) {
    return (
      <div className="panel">
        <Empty icon={<CallbackIcon size={30} />} title={mine ? t('callbacks.emptyMine') : t('callbacks.empty')} hint={t('callbacks.emptyHint')}
          action={mine && <Button variant="light" onClick={showAll}>{t('callbacks.showAll')}</Button>} />
      </div>
    );
  }

  const group = (title: string, callbacks: typeof all) =>
    callbacks.length > 0 && (
      <section className="column" aria-label={title}>
        <h2 className="section-title">{title} · {callbacks.length}</h2>
        <ul className={css.queue}>
          {callbacks.slice(0, shown).map((callback) => (
            <QueueRow key={callback.id} callback={callback} opened={opened === callback.id}
              toggle={() => setOpened(opened === callback.id ? undefined : callback.id)} />
          ))}
        </ul>
        {callbacks.length > shown && <Button variant="subtle" onClick={() => setShown(shown + page)}>{t('callbacks.more')}</Button>}
      </section>
    );

  return (
    <div className="column" style={{ gap: 18 }}>
      {group(t('callbacks.state.STATE_LEASED'), inHand)}
      {group(t('callbacks.state.STATE_OPEN'), due)}
      {group(t('callbacks.state.STATE_POSTPONED'), later)}
    </div>
  );
}
