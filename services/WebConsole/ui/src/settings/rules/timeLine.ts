// The time line of a rule: each step is a stretch of seconds since the call began to ring.

interface Beat {
  from: number;
  until: number;
  /** How many rings are in it; 0 for a message and for a step that is left out. */
  rings: number;
  kind: 'rings' | 'message' | 'out';
}

export interface Course {
  beats: Beat[];
  /** When the last phone has stopped ringing. */
  rung: number;
  /** How long the picture is: a message lasts up to two minutes, but is drawn as a short tail. */
  length: number;
  /** Where a step begins or ends, for the marks under the picture. */
  marks: number[];
}

export interface Stretch {
  seconds: number;
  rings: number;
  kind: Beat['kind'];
}

const tail = (rung: number): number => Math.max(8, rung * 0.16);

/** Rings that are typed wrongly count as none: the picture waits for them. */
export const secondsOf = (rings: number | '', ringSeconds: number | ''): number => {
  const seconds = Number(rings) * Number(ringSeconds);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 600) : 0;
};

/** Steps one after the other, from the first ring on. */
export function courseOf(stretches: readonly Stretch[]): Course {
  let at = 0;
  const beats = stretches.map(({ seconds, rings, kind }): Beat => {
    const from = at;
    if (kind === 'rings') at += seconds;
    return { from, until: at, rings: kind === 'rings' ? rings : 0, kind };
  });
  const rung = at;
  const length = Math.max(1, rung + (beats.some((b) => b.kind === 'message') ? tail(rung) : 0));
  return {
    beats: beats.map((beat) => (beat.kind === 'message' ? { ...beat, until: length } : beat)),
    rung,
    length,
    marks: marksOf([0, ...beats.filter((b) => b.kind === 'rings').map((b) => b.until)], length),
  };
}

/** Marks that would stand in each other's way are left out, the first and the last one never. */
function marksOf(times: readonly number[], length: number): number[] {
  const apart = length * 0.09;
  const all = [...new Set(times)];
  const last = all.at(-1) ?? 0;
  const kept: number[] = [];
  for (const time of all) {
    const before = kept.at(-1);
    if (time === last || before === undefined || (time - before >= apart && last - time >= apart)) kept.push(time);
  }
  return kept;
}
