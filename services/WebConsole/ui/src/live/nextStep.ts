// What the escalation rule does next with a ringing call, and when.
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask';
import type { Call, Routing, RuleTarget } from '../api/words';
import { useMay } from '../session/meContext';
import { ms } from '../ui-bits/times';
import { ringingLegs } from './callSense';

export interface NextStep {
  last: boolean;
  target: RuleTarget;
  /** The employee whom the step names; empty for the others. */
  name: string;
  inMs: number;
}

/** Only as good as the plan: steps whose phones were passed over have no leg, and the plan counts without them. */
export function nextStepOf(call: Call, routing: Pick<Routing, 'rules' | 'numbers' | 'employees'>, now: number): NextStep | undefined {
  const leg = ringingLegs(call).findLast((l) => l.step > 0);
  const dialled = ms(leg?.dialledAt);
  if (!leg || dialled === undefined || call.direction !== 'DIRECTION_IN') return undefined;
  const ruleId = routing.numbers.find((n) => n.number === call.ownNumber)?.ruleId;
  const rule = routing.rules.find((r) => r.id === ruleId);
  const current = rule?.steps[leg.step - 1];
  if (!rule || !current) return undefined;
  const next = rule.steps[leg.step];
  const inMs = Math.max(0, dialled + current.rings * rule.ringSeconds * 1000 - now);
  if (!next) return { last: true, target: 'TARGET_UNSPECIFIED', name: '', inMs };
  const name = routing.employees.find((e) => e.id === next.employeeId)?.name ?? '';
  return { last: false, target: next.target, name, inMs };
}

export function useNextStep(call: Call, now: number): NextStep | undefined {
  const may = useMay('routing.read');
  const routing = useQuery({
    queryKey: ['routing'],
    queryFn: ({ signal }) => ask('callcenter.routing.v1.Routing/GetRouting', {}, signal),
    enabled: may && call.state === 'STATE_RINGING',
    staleTime: 5 * 60_000,
  });
  return routing.data ? nextStepOf(call, routing.data, now) : undefined;
}
