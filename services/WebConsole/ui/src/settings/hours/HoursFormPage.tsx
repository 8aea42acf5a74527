import { Button, Skeleton, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { Problem } from '../../api/problem';
import type { BusinessHours, Routing } from '../../api/words';
import { clickKey } from '../../live/useDial';
import { useMay } from '../../session/meContext';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { formatNumber } from '../../ui-bits/phoneNumber';
import { toast } from '../../ui-bits/toasts';
import { Trouble } from '../../ui-bits/Trouble';
import { Confirm } from '../forms/Confirm';
import { Fields } from '../forms/Fields';
import { LeaveGuard } from '../forms/LeaveGuard';
import { leaveUnasked } from '../forms/leaving';
import { SaveBar } from '../forms/SaveBar';
import { TimeZoneField } from '../forms/TimeZoneField';
import { useDraft } from '../forms/useDraft';
import { violationsOf } from '../forms/violations';
import { useRouting, useRoutingChange } from '../routing';
import { Week } from '../week/Week';
import { HolidaysField } from './HolidaysField';
import css from './Hours.module.css';
import { formOf, hoursOf, newHours, sameHours } from './hoursForm';

/** One set of business hours, to change. */
export function HoursFormPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const mayWrite = useMay('routing.write');
  const routing = useRouting();
  const hours = id === 'new' ? newHours(Intl.DateTimeFormat().resolvedOptions().timeZone) : routing.data?.hours.find((h) => h.id === id);
  return (
    <>
      <p className="sm"><Link to="/settings/hours">← {t('settings.section.hours')}</Link></p>
      <PartHealth needs="telephony">
        {routing.isPending && <Skeleton height={300} radius="md" aria-label={t('shell.loading')} />}
        {routing.isError && <Trouble error={routing.error} retry={() => void routing.refetch()} />}
        {routing.data && (!hours || !mayWrite) && <div className="panel"><Empty title={t('settings.hours.gone')} /></div>}
        {routing.data && hours && mayWrite && <HoursEditor key={id} hours={hours} routing={routing.data} />}
      </PartHealth>
    </>
  );
}

function HoursEditor({ hours, routing }: { hours: BusinessHours; routing: Routing }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isNew = hours.id === '';
  const [key, setKey] = useState(clickKey);
  const [deleting, setDeleting] = useState(false);
  const draft = useDraft(hours, formOf, sameHours);
  const { form, change } = draft;
  const saved = (): void => {
    draft.forget();
    toast({ mood: 'talking', title: t('settings.hours.saved') }, 5000);
  };
  const update = useRoutingChange('callcenter.routing.v1.Routing/UpdateBusinessHours', saved);
  const create = useRoutingChange('callcenter.routing.v1.Routing/CreateBusinessHours', () => {
    saved();
    leaveUnasked(() => void navigate('/settings/hours', { replace: true }));
  });
  const remove = useRoutingChange('callcenter.routing.v1.Routing/DeleteBusinessHours', () => {
    leaveUnasked(() => void navigate('/settings/hours', { replace: true }));
  });
  const saving = isNew ? create : update;
  const violations = violationsOf(saving.error, 'hours');
  const users = routing.numbers.filter((n) => n.hoursId === hours.id);

  const save = (base: BusinessHours): void => {
    const sent = { id: base.id, version: base.version, ...hoursOf(form) };
    if (!isNew) update.mutate({ hours: sent, updateMask: 'name,timeZone,spans,holidays' });
    else create.mutate({ hours: sent, idempotencyKey: key }, { onError: (refused) => { if (!(refused instanceof Problem && refused.isTransient)) setKey(clickKey()); } });
  };
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    save(draft.base);
  }

  return (
    <>
      <LeaveGuard changed={draft.changed} />
      <h2 className={`wrap ${css.title ?? ''}`}>{isNew ? t('settings.hours.add') : hours.name}</h2>
      <form className={`panel ${css.form ?? ''}`} onSubmit={submit} aria-label={t('settings.hours.form')} noValidate>
        <Fields saving={saving.isPending}>
          <div className={css.fields}>
            <TextInput label={t('settings.hours.name')} w={320} maw="100%" value={form.name} maxLength={100} autoFocus={isNew} error={violations.get('name')} onChange={(e) => change({ name: e.currentTarget.value })} />
            <TimeZoneField value={form.timeZone} change={(timeZone) => change({ timeZone })} error={violations.get('time_zone')} />
          </div>
          <Week spans={form.spans} none={t('settings.week.closed')} field="spans" violations={violations} change={(spans) => change({ spans })} />
          <h3>{t('settings.hours.holidays')}</h3>
          <HolidaysField holidays={form.holidays} violations={violations} change={(holidays) => change({ holidays })} />
          <SaveBar message="hours" shown={['name', 'time_zone', 'spans', 'holidays']} changed={draft.changed} isNew={isNew} saving={saving.isPending} error={saving.error} forget={() => { saving.reset(); draft.forget(); }}
            overtaken={draft.overtaken && !saving.isPending ? {
              theirs: <Week spans={formOf(hours).spans} none={t('settings.week.closed')} />,
              keepMine: () => save(draft.keepMine()),
              takeTheirs: () => { saving.reset(); draft.forget(); },
            } : undefined}>
            {!isNew && <Button variant="subtle" color="red" onClick={() => setDeleting(true)}>{t('settings.hours.delete')}</Button>}
          </SaveBar>
        </Fields>
      </form>
      {deleting && (
        <Confirm title={t('settings.hours.deleteTitle', { name: hours.name })} act={t('settings.hours.delete')} busy={remove.isPending} error={remove.error}
          run={() => remove.mutate({ id: hours.id, version: hours.version })} close={() => { setDeleting(false); remove.reset(); }}
          {...(users.length > 0 ? { impossible: t('settings.hours.deleteNot', { numbers: users.map((n) => formatNumber(n.number)).join(', ') }) } : {})}>
          {t('settings.hours.deleteText')}
        </Confirm>
      )}
    </>
  );
}
