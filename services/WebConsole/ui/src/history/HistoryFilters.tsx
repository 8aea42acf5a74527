import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useEmployees } from '../live/people';
import { CloseIcon } from '../ui-bits/icons';
import { formatNumber, numberTyped } from '../ui-bits/phoneNumber';
import css from './History.module.css';
import { addressOf, directions, periods, results, type Filters } from './filters';

interface HistoryFiltersProps {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
  reset: () => void;
}

export function HistoryFilters({ filters, change, reset }: HistoryFiltersProps) {
  const { t } = useTranslation();
  const employees = useEmployees();
  const ownDays = filters.from !== '' || filters.until !== '';
  const filtered = Object.keys(addressOf(filters)).length > 0;

  return (
    <div className={css.filters} role="search" aria-label={t('history.title')}>
      <SegmentedControl size="xs" value={ownDays ? '' : filters.period} aria-label={t('history.periodLabel')} className={css.periods ?? ''}
        onChange={(value) => change({ period: periods.find((p) => p === value) ?? 'week', from: '', until: '', number: '' })}
        data={periods.map((p) => ({ value: p, label: t(`history.period.${p}`) }))} />
      <div className="row gap-s">
        <TextInput type="date" size="xs" aria-label={t('history.from')} value={filters.from} onChange={(e) => change({ from: e.currentTarget.value, number: '' })} />
        <span aria-hidden="true">—</span>
        <TextInput type="date" size="xs" aria-label={t('history.until')} value={filters.until} onChange={(e) => change({ until: e.currentTarget.value, number: '' })} />
      </div>
      <Select size="xs" w={140} aria-label={t('history.direction')} placeholder={t('history.direction')} clearable
        value={filters.direction === 'DIRECTION_UNSPECIFIED' ? null : filters.direction}
        onChange={(value) => change({ direction: directions.find((d) => d === value) ?? 'DIRECTION_UNSPECIFIED', number: '' })}
        data={directions.map((d) => ({ value: d, label: t(`call.direction.${d}`) }))} />
      <Select size="xs" w={190} aria-label={t('history.result')} placeholder={t('history.result')} clearable
        value={filters.result === 'RESULT_UNSPECIFIED' ? null : filters.result}
        onChange={(value) => change({ result: results.find((r) => r === value) ?? 'RESULT_UNSPECIFIED', number: '' })}
        data={results.map((r) => ({ value: r, label: t(`history.resultOption.${r}`) }))} />
      <Select size="xs" w={180} aria-label={t('history.talkedBy')} placeholder={t('history.talkedBy')} clearable searchable
        value={filters.talkedBy === '' ? null : filters.talkedBy} onChange={(value) => change({ talkedBy: value ?? '', number: '' })}
        data={employees.filter((e) => e.extension !== '').map((e) => ({ value: e.extension, label: `${e.name} · ${e.extension}` }))} />
      <NumberField key={filters.number} number={filters.number} change={(number) => change({ number })} />
      {filtered && <Button size="compact-sm" variant="subtle" color="gray" leftSection={<CloseIcon size={14} />} onClick={reset}>{t('history.reset')}</Button>}
      {filters.number !== '' && <p className="xs dim" style={{ flexBasis: '100%' }}>{t('history.numberOnly')}</p>}
    </div>
  );
}

function NumberField({ number, change }: { number: string; change: (number: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(formatNumber(number));
  function search(event: SubmitEvent): void {
    event.preventDefault();
    change(typed.trim() === '' ? '' : (numberTyped(typed) ?? typed.trim()));
  }
  return (
    <form onSubmit={search}>
      <TextInput size="xs" w={170} type="search" inputMode="tel" aria-label={t('history.number')} placeholder={t('history.number')} value={typed}
        onChange={(e) => setTyped(e.currentTarget.value)} onBlur={() => typed.trim() === '' && number !== '' && change('')} />
    </form>
  );
}
