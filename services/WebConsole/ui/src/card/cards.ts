// Which call cards are open: one tab for each call.
import { Store } from '../ui-bits/store';

/** Why a card opened: a phone of mine, my own click, or a look at the past. A look is replaced by the next look. */
export type Origin = 'phone' | 'click' | 'look';

export interface OpenCard {
  callId: string;
  origin: Origin;
  /** Whom it is about, before the call itself is known. */
  number: string;
  /** Something was typed or chosen in it: it closes by hand only. */
  touched: boolean;
}

export interface Cards {
  open: readonly OpenCard[];
  active: string | undefined;
}

export const none: Cards = { open: [], active: undefined };

interface Opening {
  callId: string;
  origin: Origin;
  number?: string;
  /** Whether it comes to the front although another one is there. */
  focus: boolean;
}

export function withOpened(cards: Cards, { callId, origin, number = '', focus }: Opening): Cards {
  const already = cards.open.find((c) => c.callId === callId);
  if (already) {
    const open =
      already.origin === 'look' && origin !== 'look' ? cards.open.map((c) => (c === already ? { ...c, origin } : c)) : cards.open;
    return { open, active: focus ? callId : cards.active };
  }
  const rest = origin === 'look' ? cards.open.filter((c) => c.origin !== 'look' || c.touched) : cards.open;
  const active = focus || !rest.some((c) => c.callId === cards.active) ? callId : cards.active;
  return { open: [...rest, { callId, origin, number, touched: false }], active };
}

export function withClosed(cards: Cards, callId: string): Cards {
  const place = cards.open.findIndex((c) => c.callId === callId);
  if (place < 0) return cards;
  const open = cards.open.filter((c) => c.callId !== callId);
  const neighbour = open[Math.min(place, open.length - 1)]?.callId;
  return { open, active: cards.active === callId ? neighbour : cards.active };
}

// More tabs than that nobody finds his way in.
const mostOpen = 8;

/** Without the oldest of those that are over and untouched, until few enough are left: a day's calls would fill the screen. */
export function withoutOld(cards: Cards, isOver: (callId: string) => boolean): Cards {
  const old = cards.open.filter((c) => !c.touched && c.callId !== cards.active && isOver(c.callId));
  return old.slice(0, Math.max(0, cards.open.length - mostOpen)).reduce((left, { callId }) => withClosed(left, callId), cards);
}

/** Cards that were closed, back where they stood, each behind the one that it stood behind; in front is what was, if that was closed. */
export function withReopened(cards: Cards, before: Cards, callIds: readonly string[]): Cards {
  let open = cards.open;
  for (const [place, card] of before.open.entries()) {
    if (!callIds.includes(card.callId) || open.some((c) => c.callId === card.callId)) continue;
    const earlier = before.open.slice(0, place).map((c) => c.callId);
    open = open.toSpliced(open.findLastIndex((c) => earlier.includes(c.callId)) + 1, 0, card);
  }
  const inFront = before.active !== undefined && callIds.includes(before.active) ? before.active : cards.active;
  return { open, active: inFront ?? open[0]?.callId };
}

export function withTouched(cards: Cards, callId: string): Cards {
  return cards.open.some((c) => c.callId === callId && !c.touched)
    ? { ...cards, open: cards.open.map((c) => (c.callId === callId ? { ...c, touched: true } : c)) }
    : cards;
}

const storageKey = 'crm.cards';

function remembered(): Cards {
  if (typeof sessionStorage === 'undefined') return none;
  try {
    const kept = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Cards | null;
    return kept && Array.isArray(kept.open) ? kept : none;
  } catch {
    // Written by an older page, perhaps: cards open again by themselves.
    return none;
  }
}

export const cards = new Store<Cards>(remembered());

cards.subscribe(() => {
  if (typeof sessionStorage !== 'undefined') sessionStorage.setItem(storageKey, JSON.stringify(cards.get()));
});

export const openCard = (opening: Opening): void => cards.set(withOpened(cards.get(), opening));
export const closeOldCards = (isOver: (callId: string) => boolean): void => cards.set(withoutOld(cards.get(), isOver));
export const closeCard = (callId: string): void => cards.set(withClosed(cards.get(), callId));
export const touchCard = (callId: string): void => cards.set(withTouched(cards.get(), callId));
export const showCard = (callId: string): void => cards.set({ ...cards.get(), active: callId });
export const closeAllCards = (): void => cards.set(none);
