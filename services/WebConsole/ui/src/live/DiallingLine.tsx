import { Button, Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Call, Dialling } from '../api/words';
import { cancelDialling, isGoingOn } from './diallings';
import { useNameOfPhone } from './people';

interface DiallingLineProps {
  dialling: Dialling;
  call?: Call | undefined;
}

const fine = ['OUTCOME_TALKED', 'OUTCOME_CANCELLED'];

/** How far my own click has come, in words; for a call that somebody else got, by whom. */
export function DiallingLine({ dialling, call }: DiallingLineProps) {
  const { t } = useTranslation();
  const nameOf = useNameOfPhone();
  const going = isGoingOn(dialling);
  const stages = dialling.purpose === 'PURPOSE_TAKE' ? 'dialling.takeStage' : 'dialling.stage';
  const faster =
    dialling.outcome === 'OUTCOME_ANSWERED_ELSEWHERE' && call?.answeredBy ? t('dialling.answeredBy', { name: nameOf(call.answeredBy) }) : '';
  const mood = going ? (dialling.stage === 'STAGE_TALKING' ? 'talking' : 'ringing') : fine.includes(dialling.outcome) ? 'answered' : 'missed';

  return (
    <div className="row sm" data-mood={mood} role="status"
      style={{ padding: '6px 10px', borderRadius: 8, background: 'var(--mood-soft)', color: 'var(--mood)', minHeight: 36 }}>
      {going && dialling.stage !== 'STAGE_TALKING' && <Loader size={14} color="currentColor" aria-hidden />}
      <span className="grow strong">{going ? t(`${stages}.${dialling.stage}`) : faster || t(`dialling.outcome.${dialling.outcome}`)}</span>
      {going && dialling.stage !== 'STAGE_TALKING' && (
        <Button size="compact-sm" variant="default" onClick={() => void cancelDialling(dialling.id)}>{t('shell.cancel')}</Button>
      )}
    </div>
  );
}
