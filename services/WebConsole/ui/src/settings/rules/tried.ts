// What a try-out answered, as steps of the picture of a rule.
import type { Routing, TriedOut } from '../../api/words';
import type { Stretch } from './timeLine';

type PassReason = TriedOut['steps'][number]['passedOver'][number]['reason'];

export interface TriedStep extends Stretch {
  /** Its place in the rule, from 0. */
  index: number;
  number: number | undefined;
  phones: readonly string[];
  passedOver: TriedOut['steps'][number]['passedOver'];
  target: TriedOut['steps'][number]['target'];
}

/** How long a ring is by the rule of a number: the answer itself tells seconds only. */
export function ringSecondsOf(routing: Pick<Routing, 'rules' | 'numbers'>, ownNumber: string): number {
  const ruleId = routing.numbers.find((n) => n.number === ownNumber)?.ruleId;
  return routing.rules.find((r) => r.id === ruleId)?.ringSeconds ?? 5;
}

export function triedSteps(answer: Pick<TriedOut, 'steps'>, ringSeconds: number): TriedStep[] {
  return answer.steps.map((step, index): TriedStep => {
    const kind = step.step === 0 ? 'out' : step.target === 'TARGET_MESSAGE' ? 'message' : 'rings';
    return {
      index,
      number: step.step === 0 ? undefined : step.step,
      kind,
      seconds: kind === 'rings' ? step.seconds : 0,
      rings: kind === 'rings' ? Math.max(1, Math.round(step.seconds / ringSeconds)) : 0,
      phones: step.phones,
      passedOver: step.passedOver,
      target: step.target,
    };
  });
}

/** Who is passed over, by the reason, in the order in which the reasons came. */
export function passedByReason(passedOver: TriedStep['passedOver']): { reason: PassReason; phones: string[] }[] {
  const reasons = [...new Set(passedOver.map((p) => p.reason))];
  return reasons.map((reason) => ({ reason, phones: passedOver.filter((p) => p.reason === reason).map((p) => p.phone) }));
}

type TriedMood = 'closed' | 'noRule' | 'fallback' | 'message' | 'rings';

/** What the answer comes to, before any step is looked at. */
export function moodOfTried(answer: Pick<TriedOut, 'closed' | 'fallback' | 'ruleName' | 'steps'>): TriedMood {
  if (answer.closed) return 'closed';
  if (answer.fallback) return answer.ruleName === '' ? 'noRule' : 'fallback';
  return answer.steps.some((s) => s.step > 0 && s.target !== 'TARGET_MESSAGE') ? 'rings' : 'message';
}
