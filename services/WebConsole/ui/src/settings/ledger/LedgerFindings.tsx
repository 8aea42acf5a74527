import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LedgerGap, LedgerHour } from '../../api/words';
import { openCard } from '../../card/cards';
import { useLanguage } from '../../i18n/language';
import { Mark } from '../../ui-bits/Mark';
import { useMinute } from '../../ui-bits/now';
import { dayAndTime, ms, timeOfDay } from '../../ui-bits/times';
import css from './Ledger.module.css';
import { faultsOf, gapsOf, untoldHours } from './ledger';

const shownAtFirst = 30;

interface LedgerFindingsProps {
  hours: readonly LedgerHour[];
  /** The one hour that was chosen. */
  hour: LedgerHour | undefined;
  all: () => void;
}

/** Which calls somebody misses, which were written down later, and when a witness could not be relied on. */
export function LedgerFindings({ hours, hour, all }: LedgerFindingsProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const [shown, setShown] = useState(shownAtFirst);
  const gaps = gapsOf(hours);
  const faults = faultsOf(hours);
  const untold = untoldHours(hours);
  const when = (time: string | undefined): string => dayAndTime(ms(time) ?? now, language, now);
  // Of an hour only the first hundred are named.
  const unnamed = hours.reduce((sum, h) => sum + Math.max(0, h.missingCalls + h.backFilledCalls - h.gaps.length), 0);

  return (
    <>
      {hour && (
        <div className={`panel ${css.panel ?? ''}`}>
          <div className="row wraps">
            <h3 className="strong">{dayAndTime(ms(hour.from) ?? now, language, now)}–{timeOfDay(ms(hour.until) ?? now, language)}</h3>
            <span className="grow" />
            <Button size="compact-sm" variant="default" onClick={all}>{t('settings.ledger.wholePeriod')}</Button>
          </div>
          <p className="sm num">{t('settings.ledger.counts', { cel: String(hour.celCalls), cdr: String(hour.cdrCalls), recorded: String(hour.recordedCalls) })}</p>
          {hour.cutCalls > 0 && <p className="sm">{t('settings.ledger.cut', { count: hour.cutCalls })}</p>}
        </div>
      )}
      {gaps.length > 0 && (
        <section className={`panel ${css.panel ?? ''}`} aria-label={t('settings.ledger.gaps')}>
          <h3 className="section-title">{t('settings.ledger.gaps')} · {gaps.length + unnamed}</h3>
          <ul>
            {gaps.slice(0, shown).map((gap) => <GapRow key={gap.callId} gap={gap} when={when(gap.at)} />)}
          </ul>
          {gaps.length > shown && <Button variant="subtle" onClick={() => setShown(shown + 200)}>{t('callbacks.more')}</Button>}
          {unnamed > 0 && <p className="sm dim">{t('settings.ledger.unnamed', { count: unnamed })}</p>}
        </section>
      )}
      {faults.length > 0 && (
        <section className={`panel ${css.panel ?? ''}`} aria-label={t('settings.ledger.faults')}>
          <h3 className="section-title">{t('settings.ledger.faults')} · {faults.length}</h3>
          <ul>
            {faults.map((fault, i) => (
              <li key={i} className={css.finding} data-mood="ringing">
                <span className="num">{when(fault.from)} – {when(fault.until)}</span>
                <span className="strong">{t(`settings.ledger.witness.${fault.witness}`)}</span>
                <span style={{ color: 'var(--mood)' }}>{t(`settings.ledger.fault.${fault.kind}`)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {untold > 0 && <p className="sm dim">{t('settings.ledger.untold', { count: untold })}</p>}
      {gaps.length === 0 && faults.length === 0 && untold === 0 && <p className="sm dim">{t('settings.ledger.nothing')}</p>}
    </>
  );
}

function GapRow({ gap, when }: { gap: LedgerGap; when: string }) {
  const { t } = useTranslation();
  return (
    <li className={css.finding}>
      <span className="num strong">{when}</span>
      {!gap.recorded && <Mark mood="missed">{t('settings.ledger.notRecorded')}</Mark>}
      {!gap.inCel && <Mark mood="ringing">{t('settings.ledger.notInCel')}</Mark>}
      {!gap.inCdr && <Mark mood="ringing">{t('settings.ledger.notInCdr')}</Mark>}
      {gap.backFilled && <Mark mood="later">{t('settings.ledger.wasBackFilled')}</Mark>}
      <span className="grow" />
      {gap.recorded && <Button size="compact-xs" variant="subtle" onClick={() => openCard({ callId: gap.callId, origin: 'look', focus: true })}>{t('live.open')}</Button>}
    </li>
  );
}
