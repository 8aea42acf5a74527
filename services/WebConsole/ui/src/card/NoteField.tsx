import { Button, Textarea } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TalkResult } from '../api/words';
import { useMay, useMe } from '../session/meContext';
import { useStore } from '../ui-bits/store';
import css from './Card.module.css';
import { touchCard } from './cards';
import { joined } from './noteKeeper';
import { noteOf } from './notes';

const results: TalkResult[] = [
  'TALK_RESULT_INTERESTED', 'TALK_RESULT_SOLD', 'TALK_RESULT_ASKED_LATER', 'TALK_RESULT_REFUSED', 'TALK_RESULT_SERVICE', 'TALK_RESULT_NOT_A_CLIENT',
];

/** The note and the result of a call. Both save themselves; where they are is said beside them. */
export function NoteField({ callId }: { callId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const mayWrite = useMay('calls.dial');
  const keeper = useMemo(() => noteOf(me.employeeId, callId), [me.employeeId, callId]);
  const note = useStore(keeper.state);
  const empty = note.text === '' && note.result === 'TALK_RESULT_UNSPECIFIED' && note.status === 'saved';
  const status =
    note.status === 'refused' ? t('card.note.refused', { message: note.message ?? '' })
    : note.status === 'conflict' || empty ? ''
    : t(`card.note.${note.status}`);
  const warns = note.status === 'waiting' || note.status === 'refused';

  return (
    <section className="column" aria-label={t('card.note.label')}>
      <Textarea
        label={t('card.note.label')}
        placeholder={t('card.note.placeholder')}
        autosize minRows={3} maxRows={9} maxLength={10_000}
        value={note.text}
        readOnly={!mayWrite}
        onChange={(event) => {
          touchCard(callId);
          keeper.type({ text: event.currentTarget.value });
        }}
        onBlur={() => void keeper.save()}
      />
      <span className={css.saved} data-mood={warns ? 'ringing' : note.status === 'saved' ? 'answered' : 'unanswered'} role="status">{status}</span>
      {note.others && (
        <div className={css.conflict} data-mood="ringing" role="alert">
          <p className="strong">{note.others.by ? t('card.note.conflict', { by: note.others.by }) : t('card.note.conflictSomebody')}</p>
          <p className={`wrap ${css.theirs ?? ''}`} aria-label={t('card.note.theirs')}>{note.others.text}</p>
          <div className="row wraps">
            <Button size="compact-sm" onClick={() => keeper.decide({ text: joined(note.text, note.others?.text ?? ''), result: note.result })}>
              {t('card.note.keepBoth')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => keeper.decide({ text: note.text, result: note.result })}>
              {t('card.note.keepMine')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => note.others && keeper.decide({ text: note.others.text, result: note.others.result })}>
              {t('card.note.takeTheirs')}
            </Button>
          </div>
        </div>
      )}
      <div className={css.chips} role="radiogroup" aria-label={t('card.note.result')}>
        {results.map((result) => (
          <label key={result} className={css.chip} data-on={note.result === result || undefined}>
            <input
              type="radio"
              className="sr-only"
              name={`result ${callId}`}
              checked={note.result === result}
              disabled={!mayWrite}
              onChange={() => {
                touchCard(callId);
                keeper.type({ result });
              }}
              onClick={() => note.result === result && keeper.type({ result: 'TALK_RESULT_UNSPECIFIED' })}
            />
            {t(`card.talkResult.${result}`)}
          </label>
        ))}
      </div>
    </section>
  );
}
