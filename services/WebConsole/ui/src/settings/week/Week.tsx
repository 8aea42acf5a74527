import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLanguage } from '../../i18n/language';
import { CloseIcon, PlusIcon } from '../../ui-bits/icons';
import { violationAt } from '../forms/violations';
import css from './Week.module.css';
import { copiedToWorkdays, placeOf, sentEnd, weekdays, withSpan, type DaySpan } from './week';

interface WeekProps {
  spans: readonly DaySpan[];
  /** What a day without a span is called: closed, or free. */
  none: string;
  /** Left out: it is only looked at. */
  change?: ((spans: DaySpan[]) => void) | undefined;
  /** The list's name in the contract, for what is wrong with it. */
  field?: string;
  violations?: ReadonlyMap<string, string>;
}

const noViolations: ReadonlyMap<string, string> = new Map();

/** The name of a weekday; 1 January 2024 was a Monday. */
const dayName = (weekday: number, language: string, length: 'long' | 'short'): string =>
  new Intl.DateTimeFormat(language, { weekday: length, timeZone: 'UTC' }).format(Date.UTC(2024, 0, weekday));

/** A week as a picture: a lane for each day from midnight to midnight; beside it, where one may, the times to change. */
export function Week({ spans, none, change, field = '', violations = noViolations }: WeekProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const replace = (span: DaySpan, part: Partial<DaySpan>): void => change?.(spans.map((s) => (s.key === span.key ? { ...s, ...part } : s)));

  return (
    <div className={css.week}>
      <div className={css.day} data-head aria-hidden="true">
        <span />
        <span className={css.hours}>{[0, 6, 12, 18, 24].map((hour) => <span key={hour} className="num" style={{ left: `${(hour / 24) * 100}%` }}>{hour}</span>)}</span>
      </div>
      <ul>
        {weekdays.map((weekday) => {
          const ofDay = spans.map((span, index) => ({ span, index })).filter(({ span }) => span.weekday === weekday);
          const name = dayName(weekday, language, 'long');
          return (
            <li key={weekday} className={css.day} data-weekend={weekday > 5 || undefined}>
              <span className={css.name}><span aria-hidden="true">{dayName(weekday, language, 'short')}</span><span className="sr-only">{name}</span></span>
              <span className={css.lane}>
                {ofDay.map(({ span }) => {
                  const place = placeOf(span);
                  return place && <span key={span.key} className={css.bar} style={{ left: `${place.left}%`, width: `${place.width}%` }} title={`${span.opens}–${sentEnd(span.closes)}`} />;
                })}
              </span>
              <div className={css.times}>
                {!change && <span className="sm num">{ofDay.length === 0 ? <span className="dim">{none}</span> : ofDay.map(({ span }) => `${span.opens}–${sentEnd(span.closes)}`).join(', ')}</span>}
                {change && ofDay.length === 0 && <span className="sm dim">{none}</span>}
                {change && ofDay.map(({ span, index }, i) => (
                  <div key={span.key} className="column tight">
                    <div className="row gap-s">
                      <TextInput type="time" size="xs" w={112} aria-label={`${name}: ${t('settings.week.from')} ${i + 1}`} value={span.opens} onChange={(e) => replace(span, { opens: e.currentTarget.value })} />
                      <span aria-hidden="true">–</span>
                      <TextInput type="time" size="xs" w={112} aria-label={`${name}: ${t('settings.week.until')} ${i + 1}`} value={span.closes} onChange={(e) => replace(span, { closes: e.currentTarget.value })} />
                      <ActionIcon aria-label={`${name}: ${t('settings.week.remove')} ${i + 1}`} onClick={() => change(spans.filter((s) => s.key !== span.key))}><CloseIcon size={15} /></ActionIcon>
                    </div>
                    {violationAt(violations, `${field}[${index}]`) && <p className={css.wrong} role="alert">{violationAt(violations, `${field}[${index}]`)}</p>}
                  </div>
                ))}
                {change && <ActionIcon aria-label={`${name}: ${t('settings.week.add')}`} onClick={() => change(withSpan(spans, weekday))}><PlusIcon size={16} /></ActionIcon>}
                {change && weekday === 1 && <Button size="compact-xs" variant="subtle" onClick={() => change(copiedToWorkdays(spans, 1))}>{t('settings.week.copy')}</Button>}
              </div>
            </li>
          );
        })}
      </ul>
      {change && <p className="xs dim">{t('settings.week.midnight')}</p>}
    </div>
  );
}
