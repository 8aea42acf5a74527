import { Button, Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { BusinessHours, Routing, TrunkNumber } from '../../api/words';
import { useLanguage } from '../../i18n/language';
import { useMay } from '../../session/meContext';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { ClockIcon, PlusIcon } from '../../ui-bits/icons';
import { Mark } from '../../ui-bits/Mark';
import { useMinute } from '../../ui-bits/now';
import { formatNumber } from '../../ui-bits/phoneNumber';
import { localeOf } from '../../ui-bits/times';
import { Trouble } from '../../ui-bits/Trouble';
import { localTime } from '../employees/away';
import { useRouting } from '../routing';
import { Week } from '../week/Week';
import css from './Hours.module.css';
import { comingHolidays, formOf } from './hoursForm';
import { isOpenAt } from './isOpen';

// A company may have a hundred numbers, and nearly all of them the same hours.
const numbersAtOnce = 5;
const wordsOf = (numbers: readonly TrunkNumber[]): string => numbers.map((n) => `${formatNumber(n.number)} (${n.name})`).join(', ');

/** When the company is attended to: each set of hours as a week, with its holidays. */
export function HoursPage() {
  const { t } = useTranslation();
  const mayWrite = useMay('routing.write');
  const routing = useRouting();
  const add = mayWrite && <Button component={Link} to="new" leftSection={<PlusIcon size={16} />}>{t('settings.hours.add')}</Button>;
  return (
    <>
      <div className="page-head">
        <h2 className={css.title}>{t('settings.section.hours')}</h2>
        <span className="grow" />
        {add}
      </div>
      <p className="dim sm">{t('settings.hours.lead')}</p>
      <PartHealth needs="telephony">
        {routing.isPending && <Skeleton height={260} radius="md" aria-label={t('shell.loading')} />}
        {routing.isError && <Trouble error={routing.error} retry={() => void routing.refetch()} />}
        {routing.data?.hours.length === 0 && <div className="panel"><Empty icon={<ClockIcon size={30} />} title={t('settings.hours.empty')} hint={t('settings.hours.emptyHint')} action={add} /></div>}
        {routing.data && (
          <ul className="column" style={{ gap: 14 }}>
            {routing.data.hours.map((hours) => <HoursPanel key={hours.id} hours={hours} routing={routing.data} mayWrite={mayWrite} />)}
          </ul>
        )}
      </PartHealth>
    </>
  );
}

function HoursPanel({ hours, routing, mayWrite }: { hours: BusinessHours; routing: Routing; mayWrite: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const here = localTime(now, hours.timeZone);
  const open = here && isOpenAt(hours, here);
  const numbers = routing.numbers.filter((n) => n.hoursId === hours.id);
  const { coming, past } = comingHolidays(hours.holidays, here?.day ?? '');
  const dayWords = (day: string): string => new Intl.DateTimeFormat(localeOf(language), { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(Date.parse(day));
  return (
    <li className={`panel ${css.panel ?? ''}`} data-hours={hours.id}>
      <div className="row wraps">
        <h3 className="wrap">{hours.name}</h3>
        {open !== undefined && <Mark mood={open ? 'talking' : 'unanswered'}>{t(open ? 'settings.hours.openNow' : 'settings.hours.closedNow')}</Mark>}
        <span className="grow" />
        {mayWrite && <Button component={Link} to={hours.id} size="compact-sm" variant="default" aria-label={`${t('settings.form.change')}: ${hours.name}`}>{t('settings.form.change')}</Button>}
      </div>
      <p className="sm dim wrap">{hours.timeZone} · {numbers.length === 0 ? t('settings.hours.noNumbers') : wordsOf(numbers.slice(0, numbersAtOnce))}</p>
      {numbers.length > numbersAtOnce && (
        <details className="sm dim wrap">
          <summary>{t('settings.hours.moreNumbers', { count: numbers.length - numbersAtOnce })}</summary>
          {wordsOf(numbers.slice(numbersAtOnce))}
        </details>
      )}
      <Week spans={formOf(hours).spans} none={t('settings.week.closed')} />
      {hours.holidays.length > 0 && (
        <ul className={css.holidays} aria-label={t('settings.hours.holidays')}>
          {coming.map((h) => (
            <li key={h.day} className="sm"><span className="strong">{dayWords(h.day)}</span> {h.name}: {h.opens === '' ? t('settings.week.closed') : <span className="num">{h.opens}–{h.closes}</span>}</li>
          ))}
          {past > 0 && <li className="sm dim">{t('settings.hours.past', { count: past })}</li>}
        </ul>
      )}
    </li>
  );
}
