/** A key for one entry more, that none of the others has. */
export const nextKey = (entries: readonly { key: number }[]): number => Math.max(-1, ...entries.map((e) => e.key)) + 1;
