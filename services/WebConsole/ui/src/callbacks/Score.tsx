import { Popover } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Callback } from '../api/words';
import css from './Callbacks.module.css';
import { sharesOf, signed } from './score';

const moods: Record<string, string> = {
  SCORE_REASON_WAITING: 'ringing',
  SCORE_REASON_ESCALATED: 'missed',
  SCORE_REASON_OWN_CLIENT: 'later',
  SCORE_REASON_UNPAID_INVOICE: 'talking',
  SCORE_REASON_OPEN_DEAL: 'lost',
  SCORE_REASON_TRIES: 'unanswered',
};

/** The score as a number over a bar of its parts; a click explains them. */
export function Score({ callback }: { callback: Callback }) {
  const { t } = useTranslation();
  const shares = sharesOf(callback.scoreParts);
  return (
    <Popover position="bottom-start" withArrow shadow="md" trapFocus={false}>
      <Popover.Target>
        <button type="button" className={`plain ${css.score ?? ''}`} aria-label={`${t('callbacks.score', { score: String(callback.score) })}. ${t('callbacks.scoreWhy')}`}>
          <span className="num">{callback.score}</span>
          <span className={css.bar} aria-hidden="true">
            {shares.map((s) => <i key={s.reason} data-mood={moods[s.reason]} style={{ flexGrow: s.share }} />)}
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className="strong sm" style={{ marginBottom: 6 }}>{t('callbacks.scoreWhy')}</p>
        <ScoreParts callback={callback} />
      </Popover.Dropdown>
    </Popover>
  );
}

export function ScoreParts({ callback }: { callback: Callback }) {
  const { t } = useTranslation();
  return (
    <ul className="row wraps">
      {sharesOf(callback.scoreParts).map((s) => (
        <li key={s.reason} className="mark num" data-mood={moods[s.reason]}>{t(`callbacks.reason.${s.reason}`)} {signed(s.points)}</li>
      ))}
    </ul>
  );
}
