import { Button, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../api/ask';
import type { Routing, TriedOut } from '../../api/words';
import { useLanguage } from '../../i18n/language';
import { formatNumber } from '../../ui-bits/phoneNumber';
import { fromInput, timeWithSeconds } from '../../ui-bits/times';
import { Trouble } from '../../ui-bits/Trouble';
import { allShown, violationsOf } from '../forms/violations';
import { RulePicture, type PictureStep } from './RulePicture';
import css from './Rules.module.css';
import { moodOfTried, passedByReason, ringSecondsOf, triedSteps, type TriedStep } from './tried';

interface TryOutProps {
  routing: Routing;
  /** Our number that is called at first. */
  ownNumber?: string | undefined;
  /** The rule beside it has changes that do not count yet. */
  unsaved?: boolean;
}

interface Asked {
  ownNumber: string;
  callerNumber: string;
  at?: string;
}

/** Who would ring if this number called. Nothing rings. The answer follows the rules when they change. */
export function TryOut({ routing, ownNumber, unsaved = false }: TryOutProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [own, setOwn] = useState<string>();
  const [caller, setCaller] = useState('');
  const [at, setAt] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const called = own ?? ownNumber ?? routing.numbers[0]?.number ?? '';
  const tried = useQuery({
    queryKey: ['routing', 'try-out', asked],
    queryFn: ({ signal }) => ask('callcenter.routing.v1.Routing/TryOut', asked ?? {}, signal),
    enabled: asked !== undefined,
    staleTime: 0,
    gcTime: 0,
  });
  const violations = violationsOf(tried.error, '');

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const time = fromInput(at);
    const next = { ownNumber: called, callerNumber: caller.trim(), ...(time === undefined ? {} : { at: new Date(time).toISOString() }) };
    if (JSON.stringify(next) === JSON.stringify(asked)) void tried.refetch();
    else setAsked(next);
  }

  if (routing.numbers.length === 0) return null;
  return (
    <section className={`panel ${css.tryOut ?? ''}`} aria-label={t('settings.tryOut.title')}>
      <div className="column tight">
        <h3>{t('settings.tryOut.title')}</h3>
        <p className="sm dim">{t('settings.tryOut.hint')}{unsaved && <> <b>{t('settings.tryOut.unsaved')}</b></>}</p>
      </div>
      <form className={css.ask} onSubmit={submit} noValidate>
        <TextInput label={t('settings.tryOut.caller')} placeholder={t('settings.tryOut.callerEmpty')} inputMode="tel" value={caller} maxLength={40} w={210}
          onChange={(e) => setCaller(e.currentTarget.value)} error={violations.get('caller_number')} />
        <Select label={t('settings.tryOut.own')} allowDeselect={false} searchable={routing.numbers.length > 8} value={called} onChange={(value) => setOwn(value ?? undefined)} w={270}
          data={routing.numbers.map((n) => ({ value: n.number, label: `${formatNumber(n.number)} · ${n.name}` }))} error={violations.get('own_number')} />
        <TextInput type="datetime-local" label={t('settings.tryOut.at')} value={at} onChange={(e) => setAt(e.currentTarget.value)} w={200} error={violations.get('at')} />
        <Button type="submit" variant="light" loading={tried.isFetching}>{t('settings.tryOut.ask')}</Button>
      </form>
      {!allShown(violations, ['caller_number', 'own_number', 'at']) && <Trouble error={tried.error} retry={() => void tried.refetch()} />}
      {tried.data && asked && (
        <div className="column" aria-live="polite" data-tried={moodOfTried(tried.data)}>
          <Verdict answer={tried.data} />
          {tried.data.steps.length > 0 && <TriedPicture answer={tried.data} routing={routing} ownNumber={asked.ownNumber} />}
          <p className="xs dim num">{t('settings.tryOut.asOf', { time: timeWithSeconds(tried.dataUpdatedAt, language) })}</p>
        </div>
      )}
    </section>
  );
}

function Verdict({ answer }: { answer: TriedOut }) {
  const { t } = useTranslation();
  const mood = moodOfTried(answer);
  const colour = mood === 'rings' ? 'talking' : mood === 'message' ? 'later' : mood === 'closed' ? 'unanswered' : 'missed';
  return (
    <div className={css.answer} data-mood={colour}>
      <p className="wrap">{t(`settings.tryOut.verdict.${mood}`, { rule: answer.ruleName })}</p>
      <p className="sm wrap" style={{ fontWeight: 400 }}>{answer.clientName === '' ? t('settings.tryOut.stranger') : t('settings.tryOut.client', { name: answer.clientName })}</p>
    </div>
  );
}

function TriedPicture({ answer, routing, ownNumber }: { answer: TriedOut; routing: Routing; ownNumber: string }) {
  const { t } = useTranslation();
  const nameOf = (phone: string): string => {
    const employee = routing.employees.find((e) => e.extension === phone || e.mobile === phone);
    return employee ? `${employee.name} (${formatNumber(phone)})` : formatNumber(phone);
  };
  const wordsOf = (step: TriedStep): PictureStep => ({
    ...step,
    key: String(step.index),
    who: step.kind === 'message' ? t('settings.rules.who.TARGET_MESSAGE')
      : step.kind === 'out' ? t('settings.tryOut.out', { target: t(`settings.rules.target.${step.target}`) }) : step.phones.map(nameOf).join(', '),
    notes: [
      step.kind === 'message' ? t('settings.rules.messageLength')
        : step.kind === 'out' ? '' : `${t(`settings.rules.target.${step.target}`)} · ${t('call.rings', { count: step.rings })}`,
      ...passedByReason(step.passedOver).map(({ reason, phones }) => t(`settings.tryOut.reason.${reason}`, { who: phones.map(nameOf).join(', ') })),
      step.kind === 'out' && step.passedOver.length === 0 ? t('settings.tryOut.nobodyLeft') : '',
    ].filter((note) => note !== ''),
  });
  const steps = triedSteps(answer, ringSecondsOf(routing, ownNumber));
  const ends = steps.some((s) => s.kind === 'message') || !steps.some((s) => s.kind === 'rings');
  return <RulePicture label={t('settings.tryOut.title')} steps={steps.map(wordsOf)} end={ends ? undefined : t('settings.rules.endMissed')} />;
}
