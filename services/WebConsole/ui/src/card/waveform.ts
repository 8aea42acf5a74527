// The picture of a recording.
import type { Call } from '../api/words';
import { ms } from '../ui-bits/times';

/** The bytes of a base64 text. */
export function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** As many bars as there is room for, each the loudest of its stretch, from 0 to 1 of the loudest of all. */
export function barsOf(peaks: Uint8Array, count: number): number[] {
  const loudest = Math.max(1, ...peaks);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * peaks.length) / count);
    const until = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / count));
    return Math.max(0, ...peaks.subarray(from, until)) / loudest;
  });
}

/** Something that happened in the talk, where it is to be heard. */
export interface Moment {
  kind: 'transfer' | 'hold';
  /** Place in the recording. */
  atMs: number;
  /** Of a hold, up to where. */
  untilMs: number;
  /** Who went on talking, or who put on hold; empty when the other party did. */
  phone: string;
}

/** Where a moment is to be heard: behind all that was recorded before it; what fell into a pause, at its end. */
export function placeOf(recorded: Call['recorded'], at: number): number {
  let before = 0;
  for (const stretch of recorded) {
    const from = ms(stretch.from) ?? at;
    if (at <= from) return before;
    const until = ms(stretch.until) ?? at;
    if (at <= until) return before + at - from;
    before += until - from;
  }
  return before;
}

/** Where somebody else went on talking, and where somebody was kept on hold; in order. */
export function momentsOf(call: Pick<Call, 'talks' | 'holds' | 'recorded'>): Moment[] {
  const place = (time: string | undefined): number => placeOf(call.recorded, ms(time) ?? Infinity);
  const transfers = call.talks
    .slice(1)
    .filter((talk, i) => talk.phone !== call.talks[i]?.phone)
    .map((talk): Moment => ({ kind: 'transfer', atMs: place(talk.from), untilMs: place(talk.from), phone: talk.phone }));
  const holds = (call.holds?.holds ?? [])
    .map((hold): Moment => ({ kind: 'hold', atMs: place(hold.from), untilMs: place(hold.until), phone: hold.phone }));
  return [...transfers, ...holds].sort((a, b) => a.atMs - b.atMs);
}
