// Short messages in the corner. They never take the focus and never cover what one types in.
import { Store } from './store';

export interface Toast {
  id: number;
  mood: 'missed' | 'talking' | 'later' | 'unanswered';
  title: string;
  text?: string;
  action?: { label: string; run: () => void };
}

const shownAtOnce = 3;
let last = 0;

export const toasts = new Store<readonly Toast[]>([]);

export const dropToast = (id: number): void => toasts.set(toasts.get().filter((t) => t.id !== id));

export function toast(message: Omit<Toast, 'id'>, forMs = 8000): void {
  last += 1;
  const id = last;
  toasts.set([...toasts.get(), { ...message, id }].slice(-shownAtOnce));
  setTimeout(() => dropToast(id), forMs);
}
