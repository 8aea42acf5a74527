import { describe, expect, it } from 'vitest';
import { aCall, aLeg } from './aCall.fixture';
import { canBeTaken, isMine, moodOf, myPart, ringingLegs, ringsOf } from './callSense';

const at = (seconds: number): number => Date.parse('2026-01-05T09:00:00Z') + seconds * 1000;

describe('ringsOf', () => {
  it.each([[0, 1], [4.9, 1], [5, 2], [14.9, 3], [15, 4]])('after %d s it is ring %d', (seconds, rings) =>
    expect(ringsOf(aLeg(), at(seconds))).toBe(rings));
  it('stops counting when the phone is lifted', () =>
    expect(ringsOf(aLeg({ answeredAt: '2026-01-05T09:00:07Z' }), at(60))).toBe(2));
  it('counts none for a phone that was passed over', () => expect(ringsOf({}, at(9))).toBe(0));
  it('counts the first ring when the clocks differ', () => expect(ringsOf(aLeg(), at(-3))).toBe(1));
});

describe('what a call means for me', () => {
  it('rings while my phone does', () => expect(myPart(aCall({ legs: [aLeg()] }), '101')).toBe('rings'));
  it('is nothing to me while another phone rings', () => expect(myPart(aCall({ legs: [aLeg()] }), '102')).toBe('none'));
  it('is nothing to somebody without a phone', () => expect(myPart(aCall({ legs: [aLeg({ phone: '' })] }), '')).toBe('none'));
  it('is mine once a transfer brought it to me', () => {
    const call = aCall({
      state: 'STATE_TALKING',
      talks: [
        { phone: '101', from: '2026-01-05T09:00:05Z', until: '2026-01-05T09:01:00Z' },
        { phone: '102', from: '2026-01-05T09:01:00Z' },
      ],
    });
    expect(myPart(call, '102')).toBe('talks');
    expect(isMine(call, '101')).toBe(true);
  });
  it('rings no more when the call has ended before its legs were told', () =>
    expect(ringingLegs(aCall({ state: 'STATE_ENDED', legs: [aLeg()] }))).toEqual([]));
  it('can be taken by whoever is not rung himself', () => {
    const call = aCall({ legs: [aLeg()] });
    expect(canBeTaken(call, '102')).toBe(true);
    expect(canBeTaken(call, '101')).toBe(false);
    expect(canBeTaken(aCall({ state: 'STATE_TALKING' }), '102')).toBe(false);
  });
  it('tells a miss from a call lost in transfer', () => {
    expect(moodOf({ state: 'STATE_ENDED', result: 'RESULT_MISSED' })).toBe('missed');
    expect(moodOf({ state: 'STATE_ENDED', result: 'RESULT_LOST_IN_TRANSFER' })).toBe('lost');
  });
});
