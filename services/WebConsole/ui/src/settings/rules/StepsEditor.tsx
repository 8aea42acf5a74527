import { ActionIcon, Button, NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Routing } from '../../api/words';
import { CloseIcon, DownIcon, PlusIcon, UpIcon } from '../../ui-bits/icons';
import { formatNumber } from '../../ui-bits/phoneNumber';
import { useKeptFocus } from '../forms/useKeptFocus';
import { violationAt } from '../forms/violations';
import css from './Rules.module.css';
import { aimedAt, canMove, moved, mostSteps, namesEmployee, targetsAt, withStep, type StepForm } from './ruleForm';

interface StepsEditorProps {
  steps: readonly StepForm[];
  routing: Routing;
  violations: ReadonlyMap<string, string>;
  change: (steps: StepForm[]) => void;
}

/** The steps of a rule, one below the other; they move by buttons, and by Alt with an arrow. */
export function StepsEditor({ steps, routing, violations, change }: StepsEditorProps) {
  const { t } = useTranslation();
  const keepFocus = useKeptFocus();
  const [said, setSaid] = useState('');

  function move(index: number, by: -1 | 1, on: EventTarget): void {
    if (!canMove(steps, index, by)) return;
    change(moved(steps, index, by));
    keepFocus(on);
    setSaid(t('settings.rules.moved', { step: String(index + 1 + by) }));
  }
  const replace = (index: number, step: StepForm): void => change(steps.map((s, i) => (i === index ? step : s)));
  const peopleFor = (step: StepForm) =>
    routing.employees
      .filter((e) => e.id === step.employeeId || (!e.dismissed && (step.target === 'TARGET_MOBILE' ? e.mobile : e.extension) !== ''))
      .map((e) => ({ value: e.id, label: `${e.name} · ${formatNumber(step.target === 'TARGET_MOBILE' ? e.mobile : e.extension)}` }));

  return (
    <div className={css.steps}>
      <ol className={css.steps} aria-label={t('settings.rules.steps')}>
        {steps.map((step, i) => {
          const at = `steps[${i}]`;
          const name = t('call.step', { step: String(i + 1) });
          return (
            <li key={step.key} className={css.step}
              onKeyDown={(e) => {
                if (!e.altKey || (e.key !== 'ArrowUp' && e.key !== 'ArrowDown')) return;
                e.preventDefault();
                move(i, e.key === 'ArrowUp' ? -1 : 1, e.target);
              }}>
              <span className={css.number}>{i + 1}</span>
              <Select className={css.whom ?? ''} aria-label={`${name}: ${t('settings.rules.whom')}`} allowDeselect={false} value={step.target} error={violations.get(`${at}.target`)}
                onChange={(value) => replace(i, aimedAt(step, targetsAt(steps, i).find((target) => target === value) ?? step.target))}
                data={targetsAt(steps, i).map((target) => ({ value: target, label: t(`settings.rules.target.${target}`) }))} />
              {namesEmployee(step.target) ? (
                <Select className={css.who ?? ''} aria-label={`${name}: ${t('settings.rules.employee')}`} placeholder={t('settings.rules.chooseEmployee')} searchable
                  nothingFoundMessage={t(step.target === 'TARGET_MOBILE' ? 'settings.rules.noMobiles' : 'settings.rules.noPhones')}
                  value={step.employeeId || null} onChange={(value) => replace(i, { ...step, employeeId: value ?? '' })} data={peopleFor(step)}
                  error={violations.get(`${at}.employee_id`)} />
              ) : (
                <p className={`xs dim ${css.who ?? ''}`}>{t(`settings.rules.hint.${step.target}`)}</p>
              )}
              {step.target === 'TARGET_MESSAGE' ? <span className={css.rings} /> : (
                <NumberInput className={css.rings ?? ''} aria-label={`${name}: ${t('settings.rules.ringsLabel')}`} suffix={` ${t('settings.rules.ringsSuffix', { count: Number(step.rings) })}`}
                  min={1} max={20} allowDecimal={false} allowNegative={false} clampBehavior="none" value={step.rings}
                  onChange={(value) => replace(i, { ...step, rings: value === '' ? '' : Number(value) })} error={violations.get(`${at}.rings`)} />
              )}
              <div className={css.acts}>
                <ActionIcon size="lg" disabled={!canMove(steps, i, -1)} aria-label={`${name}: ${t('settings.rules.up')}`} onClick={(e) => move(i, -1, e.currentTarget)}><UpIcon /></ActionIcon>
                <ActionIcon size="lg" disabled={!canMove(steps, i, 1)} aria-label={`${name}: ${t('settings.rules.down')}`} onClick={(e) => move(i, 1, e.currentTarget)}><DownIcon /></ActionIcon>
                <ActionIcon size="lg" disabled={steps.length === 1} aria-label={`${name}: ${t('settings.rules.remove')}`}
                  onClick={() => { change(steps.toSpliced(i, 1)); setSaid(t('settings.rules.removed', { step: String(i + 1) })); }}><CloseIcon /></ActionIcon>
              </div>
            </li>
          );
        })}
      </ol>
      {violations.has('steps') && <p className={css.wrong} role="alert">{violationAt(violations, 'steps')}</p>}
      <div className="row wraps">
        <Button variant="light" size="compact-sm" leftSection={<PlusIcon size={15} />} disabled={steps.length >= mostSteps} onClick={() => change(withStep(steps))}>{t('settings.rules.addStep')}</Button>
        {steps.at(-1)?.target !== 'TARGET_MESSAGE' && (
          <Button variant="light" size="compact-sm" leftSection={<PlusIcon size={15} />} disabled={steps.length >= mostSteps}
            onClick={() => { const added = withStep(steps); const last = added.at(-1); if (last) change([...added.slice(0, -1), aimedAt(last, 'TARGET_MESSAGE')]); }}>
            {t('settings.rules.addMessage')}
          </Button>
        )}
        <span className="xs dim">{t('settings.rules.keys')}</span>
      </div>
      <span className="sr-only" role="status">{said}</span>
    </div>
  );
}
