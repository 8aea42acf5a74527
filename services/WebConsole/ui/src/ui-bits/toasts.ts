// Short messages in the corner. They never take the focus and never cover what one types in.
import { Countdown } from './countdown';
import { Store } from './store';

export interface Toast {
  id: number;
  mood: 'missed' | 'talking' | 'later' | 'unanswered';
  title: string;
  text?: string;
  action?: { label: string; run: () => void };
  /** Takes back what was just done. */
  undo?: () => void;
  /** A later one with the same key stands in its place. */
  key?: string;
  /** Called when it is gone, whatever took it away. */
  gone?: () => void;
}

const shownAtOnce = 3;
let last = 0;
const countdowns = new Map<number, Countdown>();

export const toasts = new Store<readonly Toast[]>([]);

export function dropToast(id: number): void {
  const dropped = toasts.get().find((one) => one.id === id);
  if (!dropped) return;
  countdowns.get(id)?.stop();
  countdowns.delete(id);
  toasts.set(toasts.get().filter((one) => one !== dropped));
  dropped.gone?.();
}

/** It stays for as long as somebody looks at it closely. */
export const holdToast = (id: number): void => countdowns.get(id)?.hold();
export const letToastGo = (id: number): void => countdowns.get(id)?.letGo();

/** Shows a message; gives its id. */
export function showToast(message: Omit<Toast, 'id'>, forMs = 8000): number {
  last += 1;
  const id = last;
  const replaced = message.key === undefined ? undefined : toasts.get().find((one) => one.key === message.key);
  if (replaced) dropToast(replaced.id);
  makeRoom(message.undo !== undefined);
  countdowns.set(id, new Countdown(forMs, () => dropToast(id)));
  toasts.set([...toasts.get(), { ...message, id }]);
  return id;
}

// News is not pushed out by offers, of which one finds room beside it: of a missed call nothing else here tells.
function makeRoom(forOffer: boolean): void {
  const shown = toasts.get();
  if (shown.length < shownAtOnce) return;
  const oldest = shown.find((one) => one.undo) ?? (forOffer ? undefined : shown[0]);
  if (oldest) dropToast(oldest.id);
}

export function toast(message: Omit<Toast, 'id'>, forMs?: number): void {
  showToast(message, forMs);
}

/** Takes back what a message offers to. */
export function takeBack(offer: Toast): void {
  dropToast(offer.id);
  offer.undo?.();
}

export const newestOffer = (): Toast | undefined => toasts.get().findLast((one) => one.undo);
