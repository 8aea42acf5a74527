import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CloseIcon, PlusIcon } from '../../ui-bits/icons';
import { nextKey } from '../forms/nextKey';
import css from './Hours.module.css';
import type { HolidayForm } from './hoursForm';

interface HolidaysFieldProps {
  holidays: readonly HolidayForm[];
  violations: ReadonlyMap<string, string>;
  change: (holidays: HolidayForm[]) => void;
}

/** Days that are not as their weekday: closed, or with hours of their own. */
export function HolidaysField({ holidays, violations, change }: HolidaysFieldProps) {
  const { t } = useTranslation();
  const replace = (holiday: HolidayForm, part: Partial<HolidayForm>): void => change(holidays.map((h) => (h.key === holiday.key ? { ...h, ...part } : h)));
  return (
    <div className="column">
      {holidays.length === 0 && <p className="sm dim">{t('settings.hours.holidaysNone')}</p>}
      <ul className="column">
        {holidays.map((holiday, i) => {
          const at = `holidays[${i}]`;
          return (
            <li key={holiday.key} className={css.holiday}>
              <TextInput type="date" aria-label={`${t('settings.hours.holidayDay')} ${i + 1}`} value={holiday.day} error={violations.get(`${at}.day`)} onChange={(e) => replace(holiday, { day: e.currentTarget.value })} />
              <TextInput w={230} aria-label={`${t('settings.hours.holidayName')} ${i + 1}`} placeholder={t('settings.hours.holidayName')} value={holiday.name} maxLength={100} error={violations.get(`${at}.name`)}
                onChange={(e) => replace(holiday, { name: e.currentTarget.value })} />
              <Checkbox mt={9} label={t('settings.hours.holidayOpen')} aria-label={`${t('settings.hours.holidayOpen')} ${i + 1}`} checked={holiday.open}
                onChange={(e) => replace(holiday, e.currentTarget.checked ? { open: true, opens: holiday.opens || '09:00', closes: holiday.closes || '16:00' } : { open: false })} />
              {holiday.open && (
                <>
                  <TextInput type="time" w={120} aria-label={`${t('settings.week.from')} ${i + 1}`} value={holiday.opens} error={violations.get(`${at}.opens`)} onChange={(e) => replace(holiday, { opens: e.currentTarget.value })} />
                  <TextInput type="time" w={120} aria-label={`${t('settings.week.until')} ${i + 1}`} value={holiday.closes} error={violations.get(`${at}.closes`)} onChange={(e) => replace(holiday, { closes: e.currentTarget.value })} />
                </>
              )}
              <ActionIcon size="lg" aria-label={`${t('settings.hours.holidayRemove')} ${i + 1}`} onClick={() => change(holidays.filter((h) => h.key !== holiday.key))}><CloseIcon /></ActionIcon>
            </li>
          );
        })}
      </ul>
      <Button variant="light" size="compact-sm" style={{ alignSelf: 'flex-start' }} leftSection={<PlusIcon size={15} />}
        onClick={() => change([...holidays, { key: nextKey(holidays), day: '', name: '', open: false, opens: '', closes: '' }])}>{t('settings.hours.holidayAdd')}</Button>
    </div>
  );
}
