import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLanguage } from '../i18n/language';
import { Empty } from '../ui-bits/Empty';
import { ChevronIcon } from '../ui-bits/icons';
import { Mark } from '../ui-bits/Mark';
import { useMinute } from '../ui-bits/now';
import { formatNumber } from '../ui-bits/phoneNumber';
import { dayAndTime, ms } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import { CallbackDetails } from './CallbackDetails';
import css from './Callbacks.module.css';
import { closedQuery } from './queue';

/** What is over, the last closed first, each with the talk that closed it. */
export function ClosedList() {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const closed = useInfiniteQuery(closedQuery);
  const [opened, setOpened] = useState<string>();
  const all = closed.data?.pages.flatMap((p) => p.callbacks) ?? [];

  if (closed.isPending) return <Skeleton height={220} radius="md" aria-label={t('shell.loading')} />;
  if (closed.isError && all.length === 0) return <Trouble error={closed.error} retry={() => void closed.refetch()} />;
  if (all.length === 0) return <div className="panel"><Empty title={t('callbacks.emptyClosed')} /></div>;
  return (
    <>
      <ul className={css.queue}>
        {all.map((callback) => {
          const mood = callback.outcome === 'OUTCOME_CALLED_BACK' ? 'talking' : callback.outcome === 'OUTCOME_UNREACHABLE' ? 'missed' : 'unanswered';
          return (
            <li key={callback.id} className={css.item} data-mood={mood}>
              <button type="button" className={`plain ${css.closed ?? ''}`} aria-expanded={opened === callback.id}
                onClick={() => setOpened(opened === callback.id ? undefined : callback.id)}>
                <span className="column tight grow">
                  <span className="strong cut">{callback.clientName || formatNumber(callback.number)}</span>
                  <span className="sm dim cut num">{[callback.clientName ? formatNumber(callback.number) : '', callback.responsibleName].filter(Boolean).join(' · ')}</span>
                </span>
                <span className="sm num">{dayAndTime(ms(callback.closedAt) ?? now, language, now)}</span>
                <Mark mood={mood}>{t(`callbacks.outcome.${callback.outcome}`)}</Mark>
                <ChevronIcon size={16} />
              </button>
              {opened === callback.id && <CallbackDetails callback={callback} />}
            </li>
          );
        })}
      </ul>
      {closed.hasNextPage && <Button variant="subtle" loading={closed.isFetchingNextPage} onClick={() => void closed.fetchNextPage()}>{t('callbacks.more')}</Button>}
    </>
  );
}
