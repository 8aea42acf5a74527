// What was done with one click can be taken back for a while: by the button of its message, or by Ctrl+Z.
import { dropToast, showToast } from './toasts';

interface Undoable {
  /** What was done. */
  title: string;
  undo: () => void;
  /** Of two offers with one key only the later one stands. */
  key?: string;
  /** Looked at whenever `watch` tells of a change: the offer is gone once there is nothing to take back. */
  holds: () => boolean;
  /** Follows what `holds` depends on; gives the function that leaves it. */
  watch: (look: () => void) => () => void;
}

export function offerUndo({ title, undo, key, holds, watch }: Undoable): void {
  const id = showToast({ mood: 'unanswered', title, undo, ...(key === undefined ? {} : { key }), gone: () => leave() });
  const leave = watch(() => {
    if (!holds()) dropToast(id);
  });
}
