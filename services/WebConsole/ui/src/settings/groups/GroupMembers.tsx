import { ActionIcon, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ask } from '../../api/ask';
import type { Employee, RingGroup } from '../../api/words';
import { useMay } from '../../session/meContext';
import { CloseIcon, DownIcon, UpIcon } from '../../ui-bits/icons';
import { Mark } from '../../ui-bits/Mark';
import { useMinute } from '../../ui-bits/now';
import { toast } from '../../ui-bits/toasts';
import { Trouble } from '../../ui-bits/Trouble';
import { awayOf } from '../employees/away';
import { Fields } from '../forms/Fields';
import { SaveBar } from '../forms/SaveBar';
import { useKeptFocus } from '../forms/useKeptFocus';
import { useTellChanged, type TellChanged } from '../forms/useUnsaved';
import { isStale } from '../forms/violations';
import { useStaffReadAnew } from '../staff';
import css from './Groups.module.css';
import { isOvertaken, membersOf, placesFor, placesIn, swapped, type Places } from './order';

interface GroupMembersProps {
  group: RingGroup;
  everybody: readonly Employee[];
  tellChanged: TellChanged;
}

/** Who is in a group, in the order in which they ring. What is changed here is saved as a whole. */
export function GroupMembers({ group, everybody, tellChanged }: GroupMembersProps) {
  const { t } = useTranslation();
  const mayWrite = useMay('staff.write');
  const now = useMinute();
  const readAnew = useStaffReadAnew();
  const keepFocus = useKeptFocus();
  const [said, setSaid] = useState('');
  const stored = membersOf(group.id, everybody);
  const places = placesIn(group.id, everybody);
  // With the places that the typing began on: somebody else may change them meanwhile.
  const [typed, setTyped] = useState<{ before: Places; ids: string[] }>();
  const ids = typed?.ids ?? stored.map((e) => e.id);
  const changed = typed !== undefined && placesFor(group.id, ids, everybody).length > 0;
  const overtaken = changed && isOvertaken(typed.before, places, ids);
  useTellChanged(tellChanged, `members ${group.id}`, changed);
  const change = (next: string[]): void => {
    const before = typed?.before ?? places;
    setTyped(next.join() === [...before.keys()].join() ? undefined : { before, ids: next });
  };
  const saving = useMutation({
    // One after the other: each is a change of an employee, and what was refused leaves the others as they are.
    mutationFn: async () => {
      try {
        for (const { employee, ringGroups } of placesFor(group.id, ids, everybody)) {
          await ask('callcenter.staff.v1.Employees/UpdateEmployee', { employee: { ...employee, ringGroups }, updateMask: 'ringGroups' });
        }
      } finally {
        await readAnew();
      }
    },
    onSuccess: () => {
      setTyped(undefined);
      toast({ mood: 'talking', title: t('settings.groups.orderSaved') }, 4000);
    },
  });
  const free = everybody.filter((e) => !e.dismissed && e.extension !== '' && !ids.includes(e.id));
  const forget = (): void => {
    setTyped(undefined);
    saving.reset();
  };

  function move(index: number, by: -1 | 1, name: string, on: EventTarget): void {
    change(swapped(ids, index, by));
    keepFocus(on);
    setSaid(t('settings.groups.moved', { name, place: String(index + 1 + by) }));
  }
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (changed && !overtaken) saving.mutate();
  }

  return (
    <form className="column" onSubmit={submit} noValidate>
      <Fields saving={saving.isPending}>
        {ids.length === 0 && <p className="sm" data-mood="missed" style={{ color: 'var(--mood)' }}>{t('settings.groups.nobody')}</p>}
        <ol className="column tight" aria-label={t('settings.groups.members', { name: group.name })}>
          {ids.map((id, i) => {
            const employee = everybody.find((e) => e.id === id);
            if (!employee) return null;
            return (
              <li key={id} className={css.member}>
                <span className={css.place}>{i + 1}</span>
                <Link to={`/settings/employees/${id}`} className="cut">{employee.name}</Link>
                <span className="dim num sm">{employee.extension === '' ? t('settings.groups.noPhone') : employee.extension}</span>
                <span className="grow" />
                {awayOf(employee, now) && <Mark mood="unanswered">{t('settings.groups.away')}</Mark>}
                {mayWrite && (
                  <>
                    <ActionIcon disabled={i === 0} aria-label={`${employee.name}: ${t('settings.rules.up')}`} onClick={(e) => move(i, -1, employee.name, e.currentTarget)}><UpIcon size={16} /></ActionIcon>
                    <ActionIcon disabled={i === ids.length - 1} aria-label={`${employee.name}: ${t('settings.rules.down')}`} onClick={(e) => move(i, 1, employee.name, e.currentTarget)}><DownIcon size={16} /></ActionIcon>
                    <ActionIcon aria-label={`${employee.name}: ${t('settings.groups.remove')}`} onClick={() => change(ids.filter((one) => one !== id))}><CloseIcon size={16} /></ActionIcon>
                  </>
                )}
              </li>
            );
          })}
        </ol>
        {mayWrite && (
          <Select w={260} size="xs" searchable aria-label={t('settings.groups.addMember', { name: group.name })} placeholder={t('settings.groups.addMemberHint')} value={null} key={ids.length}
            nothingFoundMessage={t('settings.form.nothingFound')} onChange={(value) => value !== null && change([...ids, value])} data={free.map((e) => ({ value: e.id, label: `${e.name} · ${e.extension}` }))} />
        )}
        {changed && (
          <SaveBar message="employee" shown={[]} changed saving={saving.isPending} error={saving.error} forget={forget} saveWord={t('settings.groups.saveOrder')}
            overtaken={overtaken && !saving.isPending ? {
              theirs: <p className="sm wrap">{stored.length === 0 ? t('settings.groups.nobody') : stored.map((e, i) => `${i + 1}. ${e.name}`).join(', ')}</p>,
              keepMine: () => { setTyped({ before: places, ids }); saving.mutate(); },
              takeTheirs: forget,
            } : undefined} />
        )}
      </Fields>
      {/* Somebody else changed one of them, but not his place here: nothing to choose from, it is saved again. */}
      {isStale(saving.error) && changed && !overtaken && <Trouble error={saving.error} />}
      <span className="sr-only" role="status">{said}</span>
    </form>
  );
}
