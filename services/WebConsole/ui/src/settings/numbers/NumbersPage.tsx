import { Select, Skeleton, TextInput } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Routing, TrunkNumber } from '../../api/words';
import { useMay } from '../../session/meContext';
import { PartHealth } from '../../shell/PartHealth';
import { Empty } from '../../ui-bits/Empty';
import { PhoneInIcon } from '../../ui-bits/icons';
import { formatNumber } from '../../ui-bits/phoneNumber';
import { toast } from '../../ui-bits/toasts';
import { Trouble } from '../../ui-bits/Trouble';
import { Fields } from '../forms/Fields';
import { LeaveGuard } from '../forms/LeaveGuard';
import { SaveBar } from '../forms/SaveBar';
import { useDraft } from '../forms/useDraft';
import { useTellChanged, useUnsaved, type TellChanged } from '../forms/useUnsaved';
import { violationsOf } from '../forms/violations';
import { useRouting, useRoutingChange } from '../routing';
import css from './Numbers.module.css';

const formOf = ({ name, ruleId, hoursId }: TrunkNumber) => ({ name, ruleId, hoursId });
type NumberForm = ReturnType<typeof formOf>;
const same = (a: NumberForm, b: NumberForm): boolean => a.name.trim() === b.name.trim() && a.ruleId === b.ruleId && a.hoursId === b.hoursId;

/** The company's numbers: what each is for, which rule its calls follow, and when it is attended to. */
export function NumbersPage() {
  const { t } = useTranslation();
  const routing = useRouting();
  const [unsaved, tellChanged] = useUnsaved();
  return (
    <>
      <LeaveGuard changed={unsaved} />
      <h2 className={css.title}>{t('settings.section.numbers')}</h2>
      <p className="dim sm">{t('settings.numbers.lead')}</p>
      <PartHealth needs="telephony">
        {routing.isPending && <Skeleton height={260} radius="md" aria-label={t('shell.loading')} />}
        {routing.isError && <Trouble error={routing.error} retry={() => void routing.refetch()} />}
        {routing.data?.numbers.length === 0 && <div className="panel"><Empty icon={<PhoneInIcon size={30} />} title={t('settings.numbers.empty')} hint={t('settings.numbers.emptyHint')} /></div>}
        {routing.data && (
          <ul className="column" style={{ gap: 10 }}>
            {routing.data.numbers.map((number) => <NumberRow key={number.number} number={number} routing={routing.data} tellChanged={tellChanged} />)}
          </ul>
        )}
      </PartHealth>
    </>
  );
}

interface NumberRowProps {
  number: TrunkNumber;
  routing: Routing;
  tellChanged: TellChanged;
}

function NumberRow({ number, routing, tellChanged }: NumberRowProps) {
  const { t } = useTranslation();
  const mayWrite = useMay('routing.write');
  const draft = useDraft(number, formOf, same);
  const { form, change, changed } = draft;
  useTellChanged(tellChanged, number.number, changed);
  const update = useRoutingChange('callcenter.routing.v1.Routing/UpdateTrunkNumber', () => {
    draft.forget();
    toast({ mood: 'talking', title: t('settings.numbers.saved', { number: formatNumber(number.number) }) }, 5000);
  });
  const violations = violationsOf(update.error, 'number');
  const nameOf = (items: readonly { id: string; name: string }[], id: string): string => items.find((i) => i.id === id)?.name ?? '—';
  const save = (base: TrunkNumber): void => update.mutate({ number: { ...base, ...form, name: form.name.trim() }, updateMask: 'name,ruleId,hoursId' });
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    save(draft.base);
  }
  const words = formatNumber(number.number);

  if (!mayWrite) {
    return (
      <li className={`panel ${css.number ?? ''}`} data-number={number.number}>
        <p className="row wraps"><span className="strong num">{words}</span> <span className="wrap">{number.name}</span></p>
        <p className="sm wrap">{t('settings.numbers.rule')}: <Link to={`/settings/rules/${number.ruleId}`}>{nameOf(routing.rules, number.ruleId)}</Link> · {t('settings.numbers.hours')}: {nameOf(routing.hours, number.hoursId)}</p>
      </li>
    );
  }
  return (
    <li className={`panel ${css.number ?? ''}`} data-number={number.number}>
      <form className="column" onSubmit={submit} aria-label={words} noValidate>
        <Fields saving={update.isPending}>
          <div className={css.fields}>
            <span className={`strong num ${css.digits ?? ''}`}>{words}</span>
            <TextInput label={t('settings.numbers.name')} aria-label={`${words}: ${t('settings.numbers.name')}`} value={form.name} maxLength={100} error={violations.get('name')} onChange={(e) => change({ name: e.currentTarget.value })} />
            <Select label={t('settings.numbers.rule')} aria-label={`${words}: ${t('settings.numbers.rule')}`} allowDeselect={false} searchable={routing.rules.length > 8} value={form.ruleId} error={violations.get('rule_id')}
              onChange={(value) => value !== null && change({ ruleId: value })} data={routing.rules.map((r) => ({ value: r.id, label: r.name }))} />
            <Select label={t('settings.numbers.hours')} aria-label={`${words}: ${t('settings.numbers.hours')}`} allowDeselect={false} value={form.hoursId} error={violations.get('hours_id')}
              onChange={(value) => value !== null && change({ hoursId: value })} data={routing.hours.map((h) => ({ value: h.id, label: h.name }))} />
          </div>
          {changed && (
            <SaveBar message="number" shown={['name', 'rule_id', 'hours_id']} changed saving={update.isPending} error={update.error} forget={() => { update.reset(); draft.forget(); }}
              overtaken={draft.overtaken && !update.isPending ? {
                theirs: <p className="wrap">{number.name} · {nameOf(routing.rules, number.ruleId)} · {nameOf(routing.hours, number.hoursId)}</p>,
                keepMine: () => save(draft.keepMine()),
                takeTheirs: () => { update.reset(); draft.forget(); },
              } : undefined} />
          )}
        </Fields>
      </form>
    </li>
  );
}
