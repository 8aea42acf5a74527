import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

// Moscow's and its neighbours' first: the list has four hundred names.
const usual = ['Europe/Kaliningrad', 'Europe/Moscow', 'Europe/Samara', 'Asia/Yekaterinburg', 'Asia/Omsk', 'Asia/Krasnoyarsk', 'Asia/Novosibirsk', 'Asia/Irkutsk', 'Asia/Yakutsk', 'Asia/Vladivostok', 'Asia/Magadan', 'Asia/Kamchatka'];

interface TimeZoneFieldProps {
  value: string;
  change: (zone: string) => void;
  error: string | undefined;
}

export function TimeZoneField({ value, change, error }: TimeZoneFieldProps) {
  const { t } = useTranslation();
  const all = [...new Set([...(value === '' ? [] : [value]), ...usual, ...Intl.supportedValuesOf('timeZone')])];
  return (
    <Select label={t('settings.form.timeZone')} searchable allowDeselect={false} limit={40} maw={320} nothingFoundMessage={t('settings.form.nothingFound')}
      value={value || null} onChange={(zone) => zone !== null && change(zone)} data={all} error={error} />
  );
}
