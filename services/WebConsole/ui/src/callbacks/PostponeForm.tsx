import { Button, TextInput } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Callback, Dialling, TryResult } from '../api/words';
import { useMinute } from '../ui-bits/now';
import { forInput, fromInput } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import css from './Callbacks.module.css';
import { laters, tryResultOf, usualLater } from './queue';

interface PostponeFormProps {
  dialling: Dialling | undefined;
  postponing: UseMutationResult<Callback, Error, { result: TryResult; dueAt: number; note: string }>;
}

const results: TryResult[] = ['TRY_RESULT_NO_ANSWER', 'TRY_RESULT_BUSY', 'TRY_RESULT_ASKED_LATER', 'TRY_RESULT_WRONG_NUMBER'];

/** How the try came out and when to try again; what the dialling told is filled in. */
export function PostponeForm({ dialling, postponing }: PostponeFormProps) {
  const { t } = useTranslation();
  const now = useMinute();
  const [result, setResult] = useState<TryResult>(tryResultOf(dialling) ?? 'TRY_RESULT_NO_ANSWER');
  const [chosen, setChosen] = useState<number>();
  const [note, setNote] = useState('');
  const offered = laters(now);
  const dueAt = chosen ?? offered.find((later) => later.key === usualLater(result))?.at ?? now;

  function save(event: SubmitEvent): void {
    event.preventDefault();
    postponing.mutate({ result, dueAt, note });
  }

  return (
    <form className={css.postpone} onSubmit={save} aria-label={t('callbacks.postpone.title')}>
      <p className="strong sm">{t('callbacks.postpone.title')}</p>
      <div className="row wraps" role="group" aria-label={t('callbacks.postpone.result')}>
        {results.map((r) => (
          <Button key={r} size="compact-sm" variant={r === result ? 'light' : 'default'} aria-pressed={r === result}
            onClick={() => { setResult(r); setChosen(undefined); }}>
            {t(`callbacks.tryResult.${r}`)}
          </Button>
        ))}
      </div>
      <div className="row wraps" role="group" aria-label={t('callbacks.postpone.due')}>
        {offered.map((later) => {
          const on = Math.abs(later.at - dueAt) < 60_000;
          return (
            <Button key={later.key} size="compact-sm" variant={on ? 'light' : 'default'} aria-pressed={on} onClick={() => setChosen(later.at)}>
              {t(`callbacks.postpone.in.${later.key}`)}
            </Button>
          );
        })}
        <TextInput type="datetime-local" size="xs" aria-label={t('callbacks.postpone.exact')} value={forInput(dueAt)} min={forInput(now)}
          onChange={(event) => setChosen(fromInput(event.currentTarget.value) ?? dueAt)} />
      </div>
      <div className="row wraps">
        <TextInput className="grow" style={{ minWidth: 200 }} placeholder={t('callbacks.postpone.note')} aria-label={t('callbacks.postpone.note')} maxLength={2000}
          value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Button type="submit" variant="light" loading={postponing.isPending}>{t('callbacks.postpone.save')}</Button>
      </div>
      <Trouble error={postponing.error} />
    </form>
  );
}
