import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ask } from '../api/ask';
import { useLanguage } from '../i18n/language';
import { Empty } from '../ui-bits/Empty';
import { now } from '../ui-bits/now';
import { durationMs, span } from '../ui-bits/times';
import { Trouble } from '../ui-bits/Trouble';
import css from './NeverCalledBack.module.css';
import { fatesOf } from './fates';

const periods = ['today', 'week', 'month', 'quarter'] as const;
const days = { today: 0, week: 6, month: 29, quarter: 89 };

/** From the beginning of a day in the browser's zone until now. */
function since(period: (typeof periods)[number]): { from: string; until: string } {
  const at = now();
  const from = new Date(at);
  from.setDate(from.getDate() - days[period]);
  from.setHours(0, 0, 0, 0);
  return { from: from.toISOString(), until: new Date(at).toISOString() };
}

/** For the head: of every manager's missed calls, how many were called back, in time or late, and how many never. */
export function NeverCalledBack() {
  const { t } = useTranslation();
  const language = useLanguage();
  const [search, setSearch] = useSearchParams();
  const period = periods.find((p) => p === search.get('period')) ?? 'week';
  const report = useQuery({
    queryKey: ['callbacks', 'never', period],
    queryFn: ({ signal }) => ask('callcenter.callbacks.v1.Callbacks/GetNeverCalledBack', since(period), signal),
  });
  const rows = (report.data?.employees ?? []).map((one) => ({ one, fates: fatesOf(one) }));
  const most = Math.max(1, ...rows.map((r) => r.fates.misses));
  const total = rows.reduce((sum, r) => sum + r.fates.misses, 0);
  const open = rows.reduce((sum, r) => sum + r.fates.open, 0);
  const legend = [['talking', t('never.inTime')], ['later', t('never.late')], ['missed', t('never.open')], ['unanswered', t('never.unreachable')]] as const;

  return (
    <div className="column" style={{ gap: 14 }}>
      <div className="row wraps">
        <SegmentedControl size="xs" value={period} aria-label={t('never.label')}
          onChange={(value) => setSearch({ tab: 'never', period: value }, { replace: true })}
          data={periods.map((p) => ({ value: p, label: t(`never.period.${p}`) }))} />
        {total > 0 && <span className="sm dim num">{t('never.total', { count: total, open: String(open) })}</span>}
      </div>
      {report.isPending && <Skeleton height={200} radius="md" aria-label={t('shell.loading')} />}
      <Trouble error={report.error} retry={() => void report.refetch()} />
      {report.isSuccess && total === 0 && <div className="panel"><Empty title={t('never.none')} hint={t('never.noneHint')} /></div>}
      {total > 0 && (
        <div className="panel" style={{ overflowX: 'auto' }} role="region" aria-label={t('callbacks.tabs.never')} tabIndex={0}>
          <ul className={css.legend}>
            {legend.map(([mood, words]) => <li key={mood} data-mood={mood}><i />{words}</li>)}
          </ul>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t('never.who')}</th>
                <th scope="col" className={css.wide}>{t('never.misses')}</th>
                <th scope="col">{t('never.share')}</th>
                <th scope="col">{t('never.median')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ one, fates }) => {
                const median = durationMs(one.medianTimeToCallBack);
                const name = one.employeeName || (one.employeeId === '' ? t('never.nobody') : t('never.unnamed'));
                const parts = [['talking', fates.inTime], ['later', fates.late], ['missed', fates.open], ['unanswered', fates.unreachable]] as const;
                return (
                  <tr key={one.employeeId}>
                    <th scope="row" className={one.employeeId === '' ? 'dim' : 'strong'}>{name}</th>
                    <td>
                      <div className="row">
                        <div className={css.bar} style={{ width: `${(fates.misses / most) * 100}%` }}>
                          {parts.filter(([, n]) => n > 0).map(([mood, n]) => (
                            <span key={mood} data-mood={mood} style={{ flexGrow: n }} title={`${legend.find(([m]) => m === mood)?.[1] ?? ''}: ${n}`}>
                              <span aria-hidden="true">{n}</span>
                              <span className="sr-only">{legend.find(([m]) => m === mood)?.[1]}: {n}</span>
                            </span>
                          ))}
                        </div>
                        <span className="num strong">{fates.misses}</span>
                      </div>
                    </td>
                    <td className="num" data-mood={fates.share < 0.7 ? 'missed' : 'talking'}><span style={{ color: 'var(--mood)', fontWeight: 650 }}>{Math.round(fates.share * 100)} %</span></td>
                    <td className="num">{median === undefined ? '—' : span(median, language)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
