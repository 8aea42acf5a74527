import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CloseIcon, PlusIcon } from '../../ui-bits/icons';
import { nextKey } from '../forms/nextKey';
import { violationAt } from '../forms/violations';
import css from './Employees.module.css';
import type { AbsenceForm } from './employeeForm';

interface AbsencesFieldProps {
  absences: readonly AbsenceForm[];
  violations: ReadonlyMap<string, string>;
  change: (absences: AbsenceForm[]) => void;
  readOnly: boolean;
}

/** Days on which somebody is on leave or ill, the first and the last one included. */
export function AbsencesField({ absences, violations, change, readOnly }: AbsencesFieldProps) {
  const { t } = useTranslation();
  const replace = (absence: AbsenceForm): void => change(absences.map((a) => (a.key === absence.key ? absence : a)));
  return (
    <div className="column">
      {absences.length === 0 && <p className="sm dim">{t('settings.employees.absencesNone')}</p>}
      <ul className="column">
        {absences.map((absence, i) => (
          <li key={absence.key} className={css.entry}>
            <Select w={150} aria-label={`${t('settings.employees.absenceKind')} ${i + 1}`} allowDeselect={false} value={absence.kind}
              onChange={(value) => replace({ ...absence, kind: value === 'ABSENCE_KIND_SICK' ? 'ABSENCE_KIND_SICK' : 'ABSENCE_KIND_HOLIDAY' })}
              data={(['ABSENCE_KIND_HOLIDAY', 'ABSENCE_KIND_SICK'] as const).map((kind) => ({ value: kind, label: t(`settings.absence.${kind}`) }))} />
            <TextInput type="date" aria-label={`${t('settings.employees.firstDay')} ${i + 1}`} value={absence.firstDay} error={violationAt(violations, `absences[${i}]`)}
              onChange={(e) => replace({ ...absence, firstDay: e.currentTarget.value })} />
            <TextInput type="date" aria-label={`${t('settings.employees.lastDay')} ${i + 1}`} value={absence.lastDay} min={absence.firstDay} onChange={(e) => replace({ ...absence, lastDay: e.currentTarget.value })} />
            {!readOnly && <ActionIcon size="lg" aria-label={`${t('settings.employees.absenceRemove')} ${i + 1}`} onClick={() => change(absences.filter((a) => a.key !== absence.key))}><CloseIcon /></ActionIcon>}
          </li>
        ))}
      </ul>
      {violations.has('absences') && <p className="sm" style={{ color: 'var(--mantine-color-error)' }}>{violations.get('absences')}</p>}
      {!readOnly && (
        <Button variant="light" size="compact-sm" style={{ alignSelf: 'flex-start' }} leftSection={<PlusIcon size={15} />}
          onClick={() => change([...absences, { key: nextKey(absences), kind: 'ABSENCE_KIND_HOLIDAY', firstDay: '', lastDay: '' }])}>{t('settings.employees.absenceAdd')}</Button>
      )}
    </div>
  );
}
