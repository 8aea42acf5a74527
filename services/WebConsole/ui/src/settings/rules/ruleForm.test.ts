import { describe, expect, it } from 'vitest';
import type { Rule, RuleTarget } from '../../api/words';
import { aimedAt, canMove, formOf, moved, newRule, ruleOf, sameRule, targetsAt, withStep } from './ruleForm';

const rule: Rule = {
  id: 'r', version: '7', name: 'Дневное', ringSeconds: 5, groupId: 'g',
  steps: [
    { target: 'TARGET_RESPONSIBLE', employeeId: '', rings: 3 },
    { target: 'TARGET_MOBILE', employeeId: 'e', rings: 5 },
    { target: 'TARGET_MESSAGE', employeeId: '', rings: 0 },
  ],
};
const targetsOf = (steps: readonly { target: RuleTarget }[]): string[] => steps.map((s) => s.target.replace('TARGET_', ''));

describe('a rule that is typed', () => {
  it('comes back as it was', () => expect({ id: 'r', version: '7', ...ruleOf(formOf(rule)) }).toEqual(rule));

  it('sends no employee and no rings where the target has none', () => {
    const form = formOf(rule);
    const steps = [{ key: 0, target: 'TARGET_NEXT', employeeId: 'e', rings: 2 }, { key: 1, target: 'TARGET_MESSAGE', employeeId: 'e', rings: 4 }] as const;
    expect(ruleOf({ ...form, steps: [...steps] }).steps).toEqual([
      { target: 'TARGET_NEXT', employeeId: '', rings: 2 }, { target: 'TARGET_MESSAGE', employeeId: '', rings: 0 },
    ]);
  });

  it('is the same when only the order of typing differs, and another one with one ring more', () => {
    const form = formOf(rule);
    expect(sameRule(form, { ...form, name: ' Дневное ', steps: form.steps.map((s) => ({ ...s, key: s.key + 5 })) })).toBe(true);
    expect(sameRule(form, { ...form, steps: form.steps.map((s, i) => (i === 0 ? { ...s, rings: 4 } : s)) })).toBe(false);
  });

  it('adds a step before the message, under a key of its own', () => {
    const steps = withStep(formOf(rule).steps);
    expect(targetsOf(steps)).toEqual(['RESPONSIBLE', 'MOBILE', 'NEXT', 'MESSAGE']);
    expect(new Set(steps.map((s) => s.key)).size).toBe(4);
    expect(targetsOf(withStep([]))).toEqual(['NEXT']);
  });

  it('keeps the message at the end whatever moves', () => {
    const { steps } = formOf(rule);
    expect(targetsOf(moved(steps, 1, -1))).toEqual(['MOBILE', 'RESPONSIBLE', 'MESSAGE']);
    expect(targetsOf(moved(steps, 0, 1))).toEqual(['MOBILE', 'RESPONSIBLE', 'MESSAGE']);
    expect([canMove(steps, 0, -1), canMove(steps, 1, 1), canMove(steps, 2, -1)]).toEqual([false, false, false]);
    expect(moved(steps, 1, 1)).toEqual(steps);
  });

  it('offers a message to the last step only', () => {
    const { steps } = formOf(rule);
    expect(targetsAt(steps, 0)).not.toContain('TARGET_MESSAGE');
    expect(targetsAt(steps, 2)).toContain('TARGET_MESSAGE');
  });

  it('forgets with the target what only that had', () => {
    const mobile = { key: 1, target: 'TARGET_MOBILE', employeeId: 'e', rings: 5 } as const;
    expect(aimedAt(mobile, 'TARGET_EMPLOYEE')).toMatchObject({ employeeId: 'e', rings: 5 });
    expect(aimedAt(mobile, 'TARGET_MESSAGE')).toMatchObject({ employeeId: '', rings: 0 });
    expect(aimedAt({ ...mobile, target: 'TARGET_MESSAGE', rings: 0 }, 'TARGET_NEXT')).toMatchObject({ employeeId: '', rings: 2 });
  });

  it('begins so that every caller is answered', () => expect(newRule('g').steps.at(-1)?.target).toBe('TARGET_MESSAGE'));
});
