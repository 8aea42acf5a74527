import { Button, NumberInput, Select, Skeleton, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { Problem } from '../../api/problem';
import type { Routing, Rule } from '../../api/words';
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
import { useDraft } from '../forms/useDraft';
import { violationsOf } from '../forms/violations';
import { useRouting, useRoutingChange } from '../routing';
import { RulePicture } from './RulePicture';
import css from './Rules.module.css';
import { StepsEditor } from './StepsEditor';
import { TryOut } from './TryOut';
import { formOf, newRule, ruleOf, sameRule } from './ruleForm';
import { useEndWords, usePictureOf } from './stepWords';

const fields = ['name', 'ring_seconds', 'group_id', 'steps'];

/** One rule: what rings when, how it is changed, and what a call would meet. */
export function RulePage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const routing = useRouting();
  const known = routing.data?.rules.find((rule) => rule.id === id);
  const rule = id === 'new' && routing.data ? newRule(routing.data.groups[0]?.id ?? '') : known;

  return (
    <>
      <p className="sm"><Link to="/settings/rules">← {t('settings.section.rules')}</Link></p>
      <PartHealth needs="telephony">
        {routing.isPending && <Skeleton height={300} radius="md" aria-label={t('shell.loading')} />}
        {routing.isError && <Trouble error={routing.error} retry={() => void routing.refetch()} />}
        {routing.data && !rule && <div className="panel"><Empty title={t('settings.rules.gone')} /></div>}
        {routing.data && rule && <RuleEditor key={id} rule={rule} routing={routing.data} />}
      </PartHealth>
    </>
  );
}

function RuleEditor({ rule, routing }: { rule: Rule; routing: Routing }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayWrite = useMay('routing.write');
  const isNew = rule.id === '';
  const [key, setKey] = useState(clickKey);
  const [deleting, setDeleting] = useState(false);
  const draft = useDraft(rule, formOf, sameRule);
  const pictureOf = usePictureOf(routing);
  const endOf = useEndWords();
  const { form, change } = draft;

  const saved = (): void => {
    draft.forget();
    toast({ mood: 'talking', title: t('settings.rules.saved') }, 5000);
  };
  const update = useRoutingChange('callcenter.routing.v1.Routing/UpdateRule', saved);
  const create = useRoutingChange('callcenter.routing.v1.Routing/CreateRule', (answer) => {
    saved();
    leaveUnasked(() => void navigate(`/settings/rules/${answer.rule?.id ?? ''}`, { replace: true }));
  });
  const remove = useRoutingChange('callcenter.routing.v1.Routing/DeleteRule', () => {
    leaveUnasked(() => void navigate('/settings/rules', { replace: true }));
  });
  const saving = isNew ? create : update;
  const violations = violationsOf(saving.error, 'rule');
  const followers = routing.numbers.filter((n) => n.ruleId === rule.id);

  const save = (base: Rule): void => {
    const sent = { id: base.id, version: base.version, ...ruleOf(form) };
    if (!isNew) update.mutate({ rule: sent, updateMask: 'name,ringSeconds,groupId,steps' });
    else create.mutate({ rule: sent, idempotencyKey: key }, { onError: (refused) => { if (!(refused instanceof Problem && refused.isTransient)) setKey(clickKey()); } });
  };
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    save(draft.base);
  }

  return (
    <>
      <LeaveGuard changed={draft.changed} />
      <h2 className={`wrap ${css.title ?? ''}`}>{isNew ? t('settings.rules.newTitle') : rule.name}</h2>
      <div className={`panel ${css.rule ?? ''}`}>
        <RulePicture label={t('settings.rules.picture')} steps={pictureOf(form)} end={endOf(form.steps)} />
        <Members routing={routing} groupId={form.groupId} />
      </div>
      {mayWrite && (
        <form className={`panel ${css.fits ?? ''}`} onSubmit={submit} aria-label={t('settings.rules.form')} noValidate>
          <Fields saving={saving.isPending}>
            <div className={css.form}>
              <div className={css.head}>
                <TextInput label={t('settings.rules.name')} value={form.name} maxLength={100} autoFocus={isNew} error={violations.get('name')} onChange={(e) => change({ name: e.currentTarget.value })} />
                <NumberInput label={t('settings.rules.ringSeconds')} description={t('settings.rules.ringSecondsHint')} min={1} max={30} step={0.5} decimalScale={1}
                  decimalSeparator="," allowedDecimalSeparators={[',', '.']} allowNegative={false} clampBehavior="none" inputWrapperOrder={['label', 'input', 'description', 'error']}
                  value={form.ringSeconds} onChange={(value) => change({ ringSeconds: value === '' ? '' : Number(value) })} error={violations.get('ring_seconds')} />
                <Select label={t('settings.rules.group')} description={t('settings.rules.groupHint')} clearable searchable={routing.groups.length > 8} inputWrapperOrder={['label', 'input', 'description', 'error']}
                  value={form.groupId || null} onChange={(value) => change({ groupId: value ?? '' })} data={routing.groups.map((g) => ({ value: g.id, label: g.name }))} error={violations.get('group_id')} />
              </div>
              <StepsEditor steps={form.steps} routing={routing} violations={violations} change={(steps) => { saving.reset(); change({ steps }); }} />
              <SaveBar message="rule" shown={fields} changed={draft.changed} isNew={isNew} saving={saving.isPending} error={saving.error} forget={() => { saving.reset(); draft.forget(); }}
                saveWord={isNew ? t('settings.rules.create') : undefined}
                overtaken={draft.overtaken && !saving.isPending ? {
                  theirs: <RulePicture label={t('settings.form.theirs')} steps={pictureOf(formOf(rule))} end={endOf(rule.steps)} />,
                  keepMine: () => save(draft.keepMine()),
                  takeTheirs: () => { saving.reset(); draft.forget(); },
                } : undefined}>
                {!isNew && <Button variant="subtle" color="red" onClick={() => setDeleting(true)}>{t('settings.rules.delete')}</Button>}
              </SaveBar>
            </div>
          </Fields>
        </form>
      )}
      {!isNew && <TryOut routing={routing} ownNumber={followers[0]?.number} unsaved={draft.changed} />}
      {deleting && (
        <Confirm title={t('settings.rules.deleteTitle', { name: rule.name })} act={t('settings.rules.delete')} busy={remove.isPending} error={remove.error}
          run={() => remove.mutate({ id: rule.id, version: rule.version })} close={() => { setDeleting(false); remove.reset(); }}
          {...(followers.length > 0 ? { impossible: t('settings.rules.deleteNot', { numbers: followers.map((n) => formatNumber(n.number)).join(', ') }) } : {})}>
          {t('settings.rules.deleteText')}
        </Confirm>
      )}
    </>
  );
}

function Members({ routing, groupId }: { routing: Routing; groupId: string }) {
  const { t } = useTranslation();
  const group = routing.groups.find((g) => g.id === groupId);
  if (!group) return null;
  const names = group.memberIds.map((id) => routing.employees.find((e) => e.id === id)?.name ?? '?').join(', ');
  return <p className="sm dim wrap">{t(names === '' ? 'settings.rules.membersNone' : 'settings.rules.members', { group: group.name, names })}</p>;
}
