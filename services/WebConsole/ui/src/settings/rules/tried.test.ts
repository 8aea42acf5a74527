import { describe, expect, it } from 'vitest';
import type { TriedOut } from '../../api/words';
import { moodOfTried, passedByReason, ringSecondsOf, triedSteps } from './tried';

type Planned = TriedOut['steps'][number];
const step = (number: number, target: Planned['target'], more: Partial<Planned> = {}): Planned => ({ step: number, target, phones: ['101'], seconds: 10, passedOver: [], ...more });
const answer = (more: Partial<TriedOut>): TriedOut => ({ closed: false, fallback: false, ruleName: 'Дневное', clientId: '', clientName: '', steps: [], ...more });

describe('what a try-out answered', () => {
  it('counts rings by the rule of the number that was called', () => {
    const routing = { numbers: [{ number: '74951000001', version: '1', name: '', ruleId: 'r', hoursId: 'h' }], rules: [{ id: 'r', version: '1', name: '', ringSeconds: 2.5, groupId: '', steps: [] }] };
    const ring = ringSecondsOf(routing, '74951000001');
    expect(triedSteps(answer({ steps: [step(1, 'TARGET_RESPONSIBLE')] }), ring)[0]).toMatchObject({ number: 1, rings: 4, seconds: 10, kind: 'rings' });
    expect(ringSecondsOf(routing, '74951000009')).toBe(5);
  });

  it('leaves a step out that rings nobody, and keeps who was passed over', () => {
    const [out] = triedSteps(answer({ steps: [step(0, 'TARGET_NEXT', { phones: [], passedOver: [{ phone: '102', reason: 'PASS_REASON_BUSY' }] })] }), 5);
    expect(out).toMatchObject({ number: undefined, kind: 'out', seconds: 0, rings: 0, passedOver: [{ phone: '102', reason: 'PASS_REASON_BUSY' }] });
  });

  it('names those who are passed over by the reason', () =>
    expect(passedByReason([{ phone: '101', reason: 'PASS_REASON_BUSY' }, { phone: '102', reason: 'PASS_REASON_ABSENT' }, { phone: '103', reason: 'PASS_REASON_BUSY' }])).toEqual([
      { reason: 'PASS_REASON_BUSY', phones: ['101', '103'] }, { reason: 'PASS_REASON_ABSENT', phones: ['102'] },
    ]));

  it('draws a message as such, and not as two minutes of ringing', () =>
    expect(triedSteps(answer({ steps: [step(1, 'TARGET_MESSAGE', { phones: [], seconds: 120 })] }), 5)[0]).toMatchObject({ kind: 'message', seconds: 0 }));

  it.each([
    [{ closed: true }, 'closed'],
    [{ fallback: true, ruleName: '' }, 'noRule'],
    [{ fallback: true, steps: [step(0, 'TARGET_NEXT')] }, 'fallback'],
    [{ steps: [step(0, 'TARGET_NEXT'), step(1, 'TARGET_MESSAGE')] }, 'message'],
    [{ steps: [step(1, 'TARGET_NEXT'), step(2, 'TARGET_MESSAGE')] }, 'rings'],
  ] as const)('%j comes to %s', (more, mood) => expect(moodOfTried(answer({ ...more, steps: 'steps' in more ? [...more.steps] : [] }))).toBe(mood));
});
