import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ask } from '../../api/ask';
import { useLanguage } from '../../i18n/language';
import { PartHealth } from '../../shell/PartHealth';
import { Mark } from '../../ui-bits/Mark';
import { now } from '../../ui-bits/now';
import { localeOf, ms, timeOfDay } from '../../ui-bits/times';
import { Trouble } from '../../ui-bits/Trouble';
import css from './Ledger.module.css';
import { LedgerFindings } from './LedgerFindings';
import { boundsOf, daysOf, periods, sumOf, type Cell, type Day, type Sum, type Verdict } from './ledger';

const moods: Record<Verdict, string> = { zero: 'talking', gaps: 'missed', unknown: 'ringing', open: 'unanswered' };
const verdicts: readonly Verdict[] = ['zero', 'gaps', 'unknown', 'open'];

/** Whether calls were lost: what is recorded against what the PBX itself wrote, hour by hour. */
export function LedgerPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const period = periods.find((p) => p === search.get('period')) ?? 'week';
  const [chosen, setChosen] = useState<string>();
  const ledger = useQuery({
    queryKey: ['ledger', period],
    queryFn: ({ signal }) => ask('callcenter.ledger.v1.Ledger/GetLedger', boundsOf(period, now()), signal),
    refetchInterval: 60_000,
  });
  const hours = ledger.data?.hours ?? [];
  const hour = hours.find((h) => h.from === chosen);

  return (
    <>
      <div className="page-head">
        <h2 className={css.title}>{t('settings.section.ledger')}</h2>
        <span className="grow" />
        <SegmentedControl size="xs" value={period} aria-label={t('history.periodLabel')} onChange={(value) => { setSearch({ period: value }, { replace: true }); setChosen(undefined); }}
          data={periods.map((p) => ({ value: p, label: t(`history.period.${p}`) }))} />
      </div>
      <p className="dim sm" style={{ maxWidth: 820 }}>{t('settings.ledger.lead')}</p>
      <PartHealth needs="telephony">
        {ledger.isPending && <Skeleton height={260} radius="md" aria-label={t('shell.loading')} />}
        <Trouble error={ledger.error} retry={() => void ledger.refetch()} />
        {ledger.data && (
          <>
            <Said sum={sumOf(hours)} />
            <section className={`panel ${css.panel ?? ''}`} aria-label={t('settings.ledger.byHour')}>
              <ul className={css.legend}>
                {verdicts.map((v) => <li key={v}><i data-verdict={v} data-mood={moods[v]} />{t(`settings.ledger.legend.${v}`)}</li>)}
              </ul>
              <div className={css.scroller} tabIndex={0} role="group" aria-label={t('settings.ledger.byHour')}>
                <div className={css.day} aria-hidden="true">
                  <span />
                  <span className={css.cells}>{Array.from({ length: 24 }, (_, i) => <span key={i} className={css.clock}>{i}</span>)}</span>
                  <span />
                </div>
                {daysOf(hours).map((day) => <DayRow key={day.at} day={day} chosen={chosen} choose={(from) => setChosen(from === chosen ? undefined : from)} />)}
              </div>
              <p className="xs dim">{t('settings.ledger.chooseHour')}</p>
            </section>
            <LedgerFindings hours={hour ? [hour] : hours} hour={hour} all={() => setChosen(undefined)} />
          </>
        )}
      </PartHealth>
    </>
  );
}

function Said({ sum }: { sum: Sum }) {
  const { t } = useTranslation();
  const { verdict, missing, backFilled, recorded, hours } = sum;
  return (
    <div className={css.said} data-mood={moods[verdict]} data-verdict={verdict} role="status">
      <p className={css.verdict}>{verdict === 'gaps' ? t('settings.ledger.verdict.gaps', { count: missing }) : t(`settings.ledger.verdict.${verdict}`)}</p>
      <p className="sm">
        {[t('settings.ledger.recorded', { count: recorded }), hours.zero > 0 && t('settings.ledger.sound', { count: hours.zero }), hours.unknown > 0 && t('settings.ledger.unknown', { count: hours.unknown }),
          hours.open > 0 && t('settings.ledger.open', { count: hours.open }), backFilled > 0 && t('settings.ledger.backFilled', { count: backFilled })].filter(Boolean).join(' · ')}
      </p>
    </div>
  );
}

function DayRow({ day, chosen, choose }: { day: Day; chosen: string | undefined; choose: (from: string | undefined) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const name = new Intl.DateTimeFormat(localeOf(language), { weekday: 'short', day: 'numeric', month: 'short' }).format(day.at);
  const words = ({ hour, verdict }: Cell): string =>
    `${name} ${timeOfDay(ms(hour.from) ?? 0, language)}–${timeOfDay(ms(hour.until) ?? 0, language)}: ${t(`settings.ledger.legend.${verdict}`)}, ${t('settings.ledger.recorded', { count: hour.recordedCalls })}`;
  return (
    <div className={css.day} data-day={day.at} role="group" aria-label={name}>
      <span className={css.name}>{name}</span>
      <span className={css.cells}>
        {day.cells.map((cell, i) => cell ? (
          <button key={i} type="button" className={`plain ${css.cell ?? ''}`} data-verdict={cell.verdict} data-mood={moods[cell.verdict]} title={words(cell)} aria-label={words(cell)}
            aria-pressed={cell.hour.from === chosen} onClick={() => choose(cell.hour.from)}>
            {cell.text === '0' ? '' : cell.text}
          </button>
        ) : <span key={i} />)}
      </span>
      <span><Mark mood={moods[day.sum.verdict]}>{day.sum.verdict === 'gaps' ? t('settings.ledger.day.gaps', { count: day.sum.missing }) : t(`settings.ledger.day.${day.sum.verdict}`)}</Mark></span>
    </div>
  );
}
