// The course of a call as tracks on a time line: who was rung and who talked when.
import type { Call, LegResult } from '../api/words';
import type { Bar, Track } from '../ui-bits/TimeLine';
import { ms } from '../ui-bits/times';

const moods: Record<LegResult, string> = {
  LEG_RESULT_UNSPECIFIED: 'ringing',
  LEG_RESULT_TALKED: 'talking',
  LEG_RESULT_NO_ANSWER: 'ringing',
  LEG_RESULT_BUSY: 'lost',
  LEG_RESULT_DECLINED: 'missed',
  LEG_RESULT_UNREGISTERED: 'unanswered',
  LEG_RESULT_ANSWERED_ELSEWHERE: 'unanswered',
  LEG_RESULT_CALLER_LEFT: 'missed',
  LEG_RESULT_NOT_ACCEPTED: 'lost',
  LEG_RESULT_FAILED: 'missed',
};

export interface CourseWords {
  nameOf: (phone: string) => string;
  leg: (result: LegResult) => string;
  talk: string;
  passed: string;
}

/** One track for each phone, in the order in which they were first dialled. */
export function tracksOf(call: Call, now: number, words: CourseWords): Track[] {
  const end = ms(call.endedAt) ?? now;
  const bars = new Map<string, Bar[]>();
  const barsOf = (phone: string): Bar[] => {
    const known = bars.get(phone) ?? [];
    bars.set(phone, known);
    return known;
  };

  for (const leg of call.legs) {
    const known = barsOf(leg.phone);
    const from = ms(leg.dialledAt);
    if (from === undefined) continue;
    const until = ms(leg.answeredAt) ?? ms(leg.endedAt) ?? end;
    known.push({ from, until, kind: 'ring', mood: moods[leg.result], words: words.leg(leg.result) });
  }
  for (const talk of call.talks) {
    const from = ms(talk.from);
    if (from !== undefined) barsOf(talk.phone).push({ from, until: ms(talk.until) ?? end, kind: 'talk', mood: 'talking', words: words.talk });
  }

  return [...bars].map(([phone, its]) => {
    const passed = call.legs.find((leg) => leg.phone === phone);
    return {
      key: phone,
      name: words.nameOf(phone),
      bars: its,
      ...(its.length === 0 ? { instead: passed ? words.leg(passed.result) : words.passed } : {}),
    };
  });
}
