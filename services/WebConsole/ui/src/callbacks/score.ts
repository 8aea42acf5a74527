// Why a callback stands where it stands.
import type { ScorePart, ScoreReason } from '../api/words';

export interface Share {
  reason: ScoreReason;
  points: number;
  /** Its part of all that speaks for the callback, 0 to 1; 0 for what speaks against it. */
  share: number;
}

/** The reasons that count, what weighs most first, what speaks against it last. */
export function sharesOf(parts: readonly ScorePart[]): Share[] {
  const counted = parts.filter((part) => part.points !== 0);
  const total = counted.reduce((sum, part) => sum + Math.max(0, part.points), 0);
  return counted
    .map(({ reason, points }) => ({ reason, points, share: points > 0 ? points / total : 0 }))
    .sort((a, b) => b.points - a.points);
}

export const signed = (points: number): string => (points > 0 ? `+${points}` : `−${Math.abs(points)}`);
