// A rule as it is typed: what is not a number yet is kept as it stands.
import type { Rule, RuleStep, RuleTarget } from '../../api/words';
import { nextKey } from '../forms/nextKey';

export interface StepForm {
  /** Stays with the step when it moves. */
  key: number;
  target: RuleTarget;
  employeeId: string;
  rings: number | '';
}

export interface RuleForm {
  name: string;
  ringSeconds: number | '';
  groupId: string;
  steps: StepForm[];
}

export const mostSteps = 20;

export const formOf = (rule: Rule): RuleForm => ({
  name: rule.name,
  ringSeconds: rule.ringSeconds,
  groupId: rule.groupId,
  steps: rule.steps.map((step, key) => ({ key, ...step })),
});

export const namesEmployee = (target: RuleTarget): boolean => target === 'TARGET_EMPLOYEE' || target === 'TARGET_MOBILE';

/** As it is sent: without what a step's target does not have. */
export const ruleOf = (form: RuleForm): Pick<Rule, 'name' | 'ringSeconds' | 'groupId' | 'steps'> => ({
  name: form.name.trim(),
  ringSeconds: Number(form.ringSeconds),
  groupId: form.groupId,
  steps: form.steps.map(({ target, employeeId, rings }): RuleStep => ({
    target,
    employeeId: namesEmployee(target) ? employeeId : '',
    rings: target === 'TARGET_MESSAGE' ? 0 : Number(rings),
  })),
});

export const sameRule = (a: RuleForm, b: RuleForm): boolean => JSON.stringify(ruleOf(a)) === JSON.stringify(ruleOf(b));

/** What a new rule begins with: the usual one, which ends in a message so that nobody is left without an answer. */
export const newRule = (groupId: string): Rule => ({
  id: '',
  version: '0',
  name: '',
  ringSeconds: 5,
  groupId,
  steps: [
    { target: 'TARGET_RESPONSIBLE', employeeId: '', rings: 3 },
    { target: 'TARGET_NEXT', employeeId: '', rings: 2 },
    { target: 'TARGET_MESSAGE', employeeId: '', rings: 0 },
  ],
});

const targets: readonly RuleTarget[] = ['TARGET_RESPONSIBLE', 'TARGET_NEXT', 'TARGET_GROUP', 'TARGET_EMPLOYEE', 'TARGET_MOBILE'];

/** What a step may do: only the last one asks for a message. */
export const targetsAt = (steps: readonly StepForm[], index: number): RuleTarget[] =>
  index === steps.length - 1 || steps[index]?.target === 'TARGET_MESSAGE' ? [...targets, 'TARGET_MESSAGE'] : [...targets];

/** One step more, before the message. */
export function withStep(steps: readonly StepForm[]): StepForm[] {
  const added: StepForm = { key: nextKey(steps), target: 'TARGET_NEXT', employeeId: '', rings: 2 };
  const message = steps.findIndex((s) => s.target === 'TARGET_MESSAGE');
  return message < 0 ? [...steps, added] : steps.toSpliced(message, 0, added);
}

/** Whether a step may go up (-1) or down (1): nothing goes behind the message, and the message goes nowhere. */
export function canMove(steps: readonly StepForm[], index: number, by: -1 | 1): boolean {
  const other = steps[index + by];
  return other !== undefined && other.target !== 'TARGET_MESSAGE' && steps[index]?.target !== 'TARGET_MESSAGE';
}

export function moved(steps: readonly StepForm[], index: number, by: -1 | 1): StepForm[] {
  const step = steps[index];
  if (!step || !canMove(steps, index, by)) return [...steps];
  return steps.toSpliced(index, 1).toSpliced(index + by, 0, step);
}

/** A step with another target; what was chosen for the old one and is not for the new one goes. */
export const aimedAt = (step: StepForm, target: RuleTarget): StepForm => ({
  ...step,
  target,
  employeeId: namesEmployee(target) ? step.employeeId : '',
  rings: target === 'TARGET_MESSAGE' ? 0 : Number(step.rings) > 0 ? step.rings : 2,
});
