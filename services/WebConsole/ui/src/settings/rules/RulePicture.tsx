import { useTranslation } from 'react-i18next';
import { MessageIcon } from '../../ui-bits/icons';
import css from './RulePicture.module.css';
import { courseOf, type Stretch } from './timeLine';

export interface PictureStep extends Stretch {
  key: string;
  /** Its number; a step that is left out has none. */
  number: number | undefined;
  who: string;
  notes: readonly string[];
}

interface RulePictureProps {
  steps: readonly PictureStep[];
  label: string;
  /** What becomes of a caller whom nobody answers; nothing where a message ends it. */
  end?: string | undefined;
}

/** Who rings when: a bar for each step along the seconds, with a stroke for every ring. */
export function RulePicture({ steps, label, end }: RulePictureProps) {
  const { t } = useTranslation();
  const { beats, rung, length, marks } = courseOf(steps);
  const at = (seconds: number): string => `${(seconds / length) * 100}%`;
  const said = (seconds: number): string => String(Math.round(seconds * 10) / 10);

  return (
    <div className={css.picture}>
      <ol aria-label={label} className={css.steps}>
        {steps.map((step, i) => {
          const beat = beats[i];
          if (!beat) return null;
          const words =
            beat.kind === 'message' ? t('settings.rules.barMessage', { from: said(beat.from) })
            : beat.kind === 'out' ? t('settings.rules.barOut')
            : t('settings.rules.bar', { from: said(beat.from), until: said(beat.until) });
          return (
            <li key={step.key} className={css.step} data-kind={beat.kind} data-step={step.number ?? 'out'}>
              <span className={css.number} aria-hidden="true">{step.number ?? '–'}</span>
              <span className={css.who}>
                <span className="wrap strong">{step.who}</span>
                {step.notes.map((note) => <span key={note} className="wrap xs dim">{note}</span>)}
              </span>
              <span className={css.lane}>
                {marks.map((mark) => <i key={mark} className={css.grid} style={{ left: at(mark) }} />)}
                {beat.kind === 'out' ? <span className={css.out} style={{ left: at(beat.from) }} aria-hidden="true" /> : (
                  <span className={css.bar} title={words} data-mood={beat.kind === 'message' ? 'later' : 'ringing'}
                    style={{ left: at(beat.from), width: at(beat.until - beat.from), ...(beat.rings > 0 ? { backgroundSize: `${100 / beat.rings}% 100%` } : {}) }}>
                    {beat.kind === 'message' && <MessageIcon size={15} />}
                  </span>
                )}
                <span className="sr-only">{words}</span>
              </span>
            </li>
          );
        })}
      </ol>
      <div className={css.marks} aria-hidden="true">
        {marks.map((mark) => <span key={mark} className="num" style={{ left: at(mark) }}>{t('settings.rules.second', { seconds: said(mark) })}</span>)}
      </div>
      {end !== undefined && (
        <p className={css.end} data-mood="missed"><span className="strong num">{t('settings.rules.after', { seconds: said(rung) })}</span> {end}</p>
      )}
    </div>
  );
}
