import { ActionIcon, Button, NumberInput, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../session/meContext';
import { CloseIcon, PlusIcon } from '../../ui-bits/icons';
import { nextKey } from '../forms/nextKey';
import { useRouting } from '../routing';
import css from './Employees.module.css';
import type { PlaceForm } from './employeeForm';

interface PlacesFieldProps {
  places: readonly PlaceForm[];
  violations: ReadonlyMap<string, string>;
  change: (places: PlaceForm[]) => void;
  readOnly: boolean;
}

/** In which ring groups somebody is, and where in their order. */
export function PlacesField(props: PlacesFieldProps) {
  return useMay('routing.read') ? <Places {...props} /> : null;
}

function Places({ places, violations, change, readOnly }: PlacesFieldProps) {
  const { t } = useTranslation();
  const groups = useRouting().data?.groups ?? [];
  const free = groups.filter((g) => !places.some((p) => p.groupId === g.id));
  const replace = (place: PlaceForm): void => change(places.map((p) => (p.key === place.key ? place : p)));
  return (
    <div className="column">
      <p className="sm strong">{t('settings.employees.groups')}</p>
      {places.length === 0 && <p className="sm dim">{t('settings.employees.groupsNone')}</p>}
      <ul className="column">
        {places.map((place, i) => (
          <li key={place.key} className={css.entry}>
            <Select w={230} aria-label={`${t('settings.employees.group')} ${i + 1}`} allowDeselect={false} searchable={groups.length > 8} value={place.groupId}
              error={violations.get(`ring_groups[${i}].group_id`)} onChange={(value) => replace({ ...place, groupId: value ?? place.groupId })}
              data={groups.filter((g) => g.id === place.groupId || free.includes(g)).map((g) => ({ value: g.id, label: g.name }))} />
            <NumberInput w={150} aria-label={`${t('settings.employees.position')} ${i + 1}`} prefix={`${t('settings.employees.positionPrefix')} `} min={1} max={10_000} allowDecimal={false} allowNegative={false} clampBehavior="none"
              value={place.position} error={violations.get(`ring_groups[${i}].position`)} onChange={(value) => replace({ ...place, position: value === '' ? '' : Number(value) })} />
            {!readOnly && <ActionIcon size="lg" aria-label={`${t('settings.employees.groupRemove')} ${i + 1}`} onClick={() => change(places.filter((p) => p.key !== place.key))}><CloseIcon /></ActionIcon>}
          </li>
        ))}
      </ul>
      {!readOnly && free[0] && (
        <Button variant="light" size="compact-sm" style={{ alignSelf: 'flex-start' }} leftSection={<PlusIcon size={15} />}
          onClick={() => change([...places, { key: nextKey(places), groupId: free[0]?.id ?? '', position: (groups.find((g) => g.id === free[0]?.id)?.memberIds.length ?? 0) + 1 }])}>{t('settings.employees.groupAdd')}</Button>
      )}
    </div>
  );
}
