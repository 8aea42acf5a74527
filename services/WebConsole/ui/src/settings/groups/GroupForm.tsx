import { Button, Select, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { RingGroup } from '../../api/words';
import { clickKey } from '../../live/useDial';
import { useMay } from '../../session/meContext';
import { toast } from '../../ui-bits/toasts';
import { Confirm } from '../forms/Confirm';
import { Fields } from '../forms/Fields';
import { SaveBar } from '../forms/SaveBar';
import { useDraft } from '../forms/useDraft';
import { useTellChanged, type TellChanged } from '../forms/useUnsaved';
import { violationsOf } from '../forms/violations';
import { useRoutingChange } from '../routing';
import css from './Groups.module.css';

const picks = ['PICK_ORDER', 'PICK_LONGEST_IDLE'] as const;
const newGroup: RingGroup = { id: '', version: '0', name: '', pick: 'PICK_ORDER', memberIds: [] };
const formOf = ({ name, pick }: RingGroup) => ({ name, pick });
const same = (a: ReturnType<typeof formOf>, b: ReturnType<typeof formOf>): boolean => a.name.trim() === b.name.trim() && a.pick === b.pick;

interface GroupFormProps {
  /** Left out: a new one. */
  group?: RingGroup;
  /** The rules that take from it. */
  users?: readonly string[];
  tellChanged: TellChanged;
  done?: () => void;
}

/** A group's name and who of it is next; shown as text until one wants to change it. */
export function GroupForm({ group = newGroup, users = [], tellChanged, done }: GroupFormProps) {
  const { t } = useTranslation();
  const mayWrite = useMay('routing.write');
  const isNew = group.id === '';
  const [open, setOpen] = useState(isNew);
  const [deleting, setDeleting] = useState(false);
  const [key] = useState(clickKey);
  const draft = useDraft(group, formOf, same);
  const { form, change } = draft;
  useTellChanged(tellChanged, `form ${group.id}`, draft.changed);
  const saved = (): void => {
    draft.forget();
    setOpen(false);
    toast({ mood: 'talking', title: t('settings.groups.saved') }, 4000);
    done?.();
  };
  const create = useRoutingChange('callcenter.routing.v1.Routing/CreateRingGroup', saved);
  const update = useRoutingChange('callcenter.routing.v1.Routing/UpdateRingGroup', saved);
  const remove = useRoutingChange('callcenter.routing.v1.Routing/DeleteRingGroup', () => setDeleting(false));
  const saving = isNew ? create : update;
  const violations = violationsOf(saving.error, 'group');

  const save = (base: RingGroup): void => {
    const sent = { ...base, memberIds: [], name: form.name.trim(), pick: form.pick };
    if (isNew) create.mutate({ group: sent, idempotencyKey: key });
    else update.mutate({ group: sent, updateMask: 'name,pick' });
  };
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    save(draft.base);
  }

  if (!open) {
    return (
      <div className="row wraps">
        <div className="column tight grow">
          <h3 className="wrap">{group.name}</h3>
          <p className="sm dim wrap">{t(`settings.groups.pick.${group.pick}`)} · {users.length === 0 ? t('settings.groups.unused') : t('settings.groups.usedBy', { rules: users.join(', ') })}</p>
        </div>
        {mayWrite && <Button size="compact-sm" variant="default" aria-label={`${t('settings.form.change')}: ${group.name}`} onClick={() => setOpen(true)}>{t('settings.form.change')}</Button>}
        {mayWrite && <Button size="compact-sm" variant="subtle" color="red" aria-label={`${t('settings.groups.delete')}: ${group.name}`} onClick={() => setDeleting(true)}>{t('settings.groups.delete')}</Button>}
        {deleting && (
          <Confirm title={t('settings.groups.deleteTitle', { name: group.name })} act={t('settings.groups.delete')} busy={remove.isPending} error={remove.error}
            run={() => remove.mutate({ id: group.id, version: group.version })} close={() => { setDeleting(false); remove.reset(); }}
            {...(users.length > 0 ? { impossible: t('settings.groups.deleteNot', { rules: users.join(', ') }) } : {})}>
            {t('settings.groups.deleteText')}
          </Confirm>
        )}
      </div>
    );
  }
  return (
    <form className={css.form} onSubmit={submit} aria-label={isNew ? t('settings.groups.add') : group.name} noValidate>
      <Fields saving={saving.isPending}>
        <div className={css.fields}>
          <TextInput label={t('settings.groups.name')} w={300} maw="100%" value={form.name} maxLength={100} autoFocus error={violations.get('name')} onChange={(e) => change({ name: e.currentTarget.value })} />
          <Select label={t('settings.groups.pickLabel')} w={320} maw="100%" allowDeselect={false} value={form.pick} error={violations.get('pick')}
            onChange={(value) => change({ pick: picks.find((p) => p === value) ?? form.pick })} data={picks.map((p) => ({ value: p, label: t(`settings.groups.pick.${p}`) }))} />
        </div>
        <SaveBar message="group" shown={['name', 'pick']} changed={draft.changed} saving={saving.isPending} error={saving.error} forget={() => { saving.reset(); draft.forget(); }}
          overtaken={draft.overtaken && !saving.isPending ? {
            theirs: <p className="wrap">{group.name} · {t(`settings.groups.pick.${group.pick}`)}</p>,
            keepMine: () => save(draft.keepMine()),
            takeTheirs: () => { saving.reset(); draft.forget(); },
          } : undefined}>
          {!draft.changed && <Button variant="subtle" color="gray" onClick={() => { setOpen(false); done?.(); }}>{t('shell.cancel')}</Button>}
        </SaveBar>
      </Fields>
    </form>
  );
}
