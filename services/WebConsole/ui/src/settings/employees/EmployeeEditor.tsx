import { Autocomplete, Fieldset, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Problem } from '../../api/problem';
import type { Employee } from '../../api/words';
import { clickKey } from '../../live/useDial';
import { toast } from '../../ui-bits/toasts';
import { Fields } from '../forms/Fields';
import { LeaveGuard } from '../forms/LeaveGuard';
import { leaveUnasked } from '../forms/leaving';
import { SaveBar } from '../forms/SaveBar';
import { TimeZoneField } from '../forms/TimeZoneField';
import { useDraft } from '../forms/useDraft';
import { violationAt, violationsOf } from '../forms/violations';
import { useStaffChange } from '../staff';
import { Week } from '../week/Week';
import { AbsencesField } from './AbsencesField';
import css from './Employees.module.css';
import { PlacesField } from './PlacesField';
import { changedFields, employeeOf, formOf, roles, sameEmployee, visibilities } from './employeeForm';

const fields = ['name', 'sign_in_name', 'roles', 'team', 'extension', 'mobile', 'visibility', 'time_zone', 'working_hours', 'ring_groups', 'absences'];

interface EmployeeEditorProps {
  employee: Employee;
  everybody: readonly Employee[];
  readOnly: boolean;
}

/** All that is kept about an employee. Only what was changed is sent. */
export function EmployeeEditor({ employee, everybody, readOnly }: EmployeeEditorProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isNew = employee.id === '';
  const [key, setKey] = useState(clickKey);
  const draft = useDraft(employee, formOf, sameEmployee);
  const { form, change } = draft;
  const saved = (): void => {
    draft.forget();
    toast({ mood: 'talking', title: t('settings.employees.saved') }, 5000);
  };
  const update = useStaffChange('callcenter.staff.v1.Employees/UpdateEmployee', saved);
  const create = useStaffChange('callcenter.staff.v1.Employees/CreateEmployee', (answer) => {
    draft.forget();
    toast({ mood: 'talking', title: t('settings.employees.entered'), text: t('settings.employees.enteredNext') });
    leaveUnasked(() => void navigate(`/settings/employees/${answer.employee?.id ?? ''}`, { replace: true }));
  });
  const saving = isNew ? create : update;
  const violations = violationsOf(saving.error, 'employee');
  const teams = [...new Set(everybody.map((e) => e.team).filter((team) => team !== ''))].sort();

  const save = (base: Employee): void => {
    const sent = { ...base, ...employeeOf(form) };
    if (!isNew) update.mutate({ employee: sent, updateMask: changedFields(formOf(base), form).join(',') });
    else create.mutate({ employee: sent, idempotencyKey: key }, { onError: (refused) => { if (!(refused instanceof Problem && refused.isTransient)) setKey(clickKey()); } });
  };
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    save(draft.base);
  }

  return (
    <form className="column" style={{ gap: 16 }} onSubmit={submit} aria-label={t('settings.employees.form')} noValidate>
      <LeaveGuard changed={draft.changed} />
      <Fields saving={saving.isPending}>
        <Fieldset variant="unstyled" disabled={readOnly} className={`panel ${css.form ?? ''}`}>
          <h3>{t('settings.employees.part.who')}</h3>
          <div className={css.grid}>
            <TextInput label={t('settings.employees.name')} value={form.name} maxLength={200} autoFocus={isNew} autoComplete="off" error={violations.get('name')} onChange={(e) => change({ name: e.currentTarget.value })} />
            <TextInput label={t('settings.employees.signInName')} description={t('settings.employees.signInHint')} inputWrapperOrder={['label', 'input', 'description', 'error']} autoCapitalize="none" spellCheck={false}
              autoComplete="off" value={form.signInName} maxLength={64} error={violations.get('sign_in_name')} onChange={(e) => change({ signInName: e.currentTarget.value })} />
            <MultiSelect label={t('settings.employees.roles')} value={form.roles} error={violationAt(violations, 'roles')} checkIconPosition="right"
              onChange={(values) => change({ roles: roles.filter((r) => values.includes(r)) })} data={roles.map((r) => ({ value: r, label: t(`settings.role.${r}`) }))} />
            <Autocomplete label={t('settings.employees.team')} value={form.team} maxLength={100} data={teams} error={violations.get('team')} onChange={(team) => change({ team })} />
            <Select label={t('settings.employees.visibility')} allowDeselect={false} value={form.visibility} error={violations.get('visibility')}
              onChange={(value) => change({ visibility: visibilities.find((v) => v === value) ?? form.visibility })} data={visibilities.map((v) => ({ value: v, label: t(`settings.visibility.${v}`) }))} />
          </div>
        </Fieldset>
        <Fieldset variant="unstyled" disabled={readOnly} className={`panel ${css.form ?? ''}`}>
          <h3>{t('settings.employees.part.phones')}</h3>
          <div className={css.grid}>
            <TextInput label={t('settings.employees.extension')} description={t('settings.employees.extensionHint')} inputWrapperOrder={['label', 'input', 'description', 'error']} inputMode="numeric" value={form.extension} maxLength={6}
              error={violations.get('extension')} onChange={(e) => change({ extension: e.currentTarget.value })} />
            <TextInput type="tel" label={t('settings.employees.mobile')} description={t('settings.employees.mobileHint')} inputWrapperOrder={['label', 'input', 'description', 'error']} value={form.mobile} maxLength={40}
              error={violations.get('mobile')} onChange={(e) => change({ mobile: e.currentTarget.value })} />
          </div>
          <PlacesField places={form.ringGroups} violations={violations} change={(ringGroups) => change({ ringGroups })} readOnly={readOnly} />
        </Fieldset>
        <Fieldset variant="unstyled" disabled={readOnly} className={`panel ${css.form ?? ''}`}>
          <h3>{t('settings.employees.part.hours')}</h3>
          <TimeZoneField value={form.timeZone} change={(timeZone) => change({ timeZone })} error={violations.get('time_zone')} />
          {form.workingHours.length === 0 && <p className="sm dim">{t('settings.employees.hoursNone')}</p>}
          <Week spans={form.workingHours} none={t(form.workingHours.length === 0 ? 'settings.week.any' : 'settings.week.free')} field="working_hours" violations={violations}
            change={readOnly ? undefined : (workingHours) => change({ workingHours })} />
        </Fieldset>
        <Fieldset variant="unstyled" disabled={readOnly} className={`panel ${css.form ?? ''}`}>
          <h3>{t('settings.employees.part.absences')}</h3>
          <AbsencesField absences={form.absences} violations={violations} change={(absences) => change({ absences })} readOnly={readOnly} />
        </Fieldset>
        {!readOnly && (
          <div className={`panel ${css.save ?? ''}`}>
            <SaveBar message="employee" shown={fields} changed={draft.changed} isNew={isNew} saving={saving.isPending} error={saving.error} forget={() => { saving.reset(); draft.forget(); }}
              saveWord={isNew ? t('settings.employees.create') : undefined}
              overtaken={draft.overtaken && !saving.isPending ? {
                theirs: <p className="sm wrap">{employee.name}: {changedFields(formOf(draft.base), formOf(employee)).map((field) => t(`settings.employees.field.${field}`)).join(', ')}</p>,
                keepMine: () => save(draft.keepMine()),
                takeTheirs: () => { saving.reset(); draft.forget(); },
              } : undefined} />
          </div>
        )}
      </Fields>
    </form>
  );
}
