// What a call means for the one who looks at it.
import type { Call, Leg, Talk } from '../api/words';
import { ms } from '../ui-bits/times';

/** The national ring cadence, 1 s on and 4 s off. */
export const ringMs = 5000;

/** How often a phone has rung by now, the ring that has begun counted; 0 for a phone that was passed over. */
export function ringsOf(leg: Pick<Leg, 'dialledAt' | 'answeredAt' | 'endedAt'>, now: number): number {
  const from = ms(leg.dialledAt);
  if (from === undefined) return 0;
  const until = ms(leg.answeredAt) ?? ms(leg.endedAt) ?? now;
  return Math.max(1, Math.ceil((until - from + 1) / ringMs));
}

/** The phones that ring at this moment. */
export function ringingLegs(call: Call): Leg[] {
  if (call.state === 'STATE_ENDED') return [];
  return call.legs.filter((leg) => leg.dialledAt !== undefined && leg.answeredAt === undefined && leg.endedAt === undefined);
}

/** Who talks with the other party at this moment. */
export const talkNow = (call: Call): Talk | undefined =>
  call.state === 'STATE_ENDED' ? undefined : call.talks.findLast((talk) => talk.until === undefined);

/** What an employee with this phone has to do with a call at this moment. */
export type MyPart = 'rings' | 'talks' | 'placed' | 'none';

export function myPart(call: Call, myPhone: string): MyPart {
  if (myPhone === '' || call.state === 'STATE_ENDED') return 'none';
  if (talkNow(call)?.phone === myPhone) return 'talks';
  if (call.placedBy === myPhone) return 'placed';
  return ringingLegs(call).some((leg) => leg.phone === myPhone) ? 'rings' : 'none';
}

/** Whether he talked in it or placed it: then its card is his until he closes it. */
export const isMine = (call: Call, myPhone: string): boolean =>
  myPhone !== '' && (call.placedBy === myPhone || call.talks.some((talk) => talk.phone === myPhone));

export const canBeTaken = (call: Call, myPhone: string): boolean =>
  call.direction === 'DIRECTION_IN' && call.state === 'STATE_RINGING' && myPart(call, myPhone) === 'none';

/** What colours and orders calls. */
export type Mood = 'ringing' | 'talking' | 'answered' | 'missed' | 'lost' | 'unanswered';

export function moodOf(call: Pick<Call, 'state' | 'result'>): Mood {
  if (call.state === 'STATE_RINGING') return 'ringing';
  if (call.state === 'STATE_TALKING') return 'talking';
  switch (call.result) {
    case 'RESULT_MISSED':
      return 'missed';
    case 'RESULT_LOST_IN_TRANSFER':
      return 'lost';
    case 'RESULT_NOT_ANSWERED':
      return 'unanswered';
    default:
      return 'answered';
  }
}

/** How long the talk lasted or lasts; undefined when there was none. */
export function talkedFor(call: Call, now: number): number | undefined {
  const from = ms(call.answeredAt);
  return from === undefined ? undefined : (ms(call.endedAt) ?? now) - from;
}
