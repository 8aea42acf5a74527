// Closing cards by hand, which can be taken back. A card that closes by itself, or because somebody signs out, offers nothing.
import { offerUndo } from '../ui-bits/undo';
import { cards, closeAllCards, closeCard, withReopened } from './cards';
import { takeTyped } from './typed';

function close(callIds: readonly string[], title: string, then: () => void): void {
  const before = cards.get();
  const typed = new Map(callIds.map((id) => [id, takeTyped(id)]));
  const isOpen = (id: string): boolean => cards.get().open.some((card) => card.callId === id);
  then();
  offerUndo({
    title,
    // One that is open again, because its phone rings or somebody looked for it, needs nobody to bring it back.
    holds: () => callIds.some((id) => !isOpen(id)),
    watch: (look) =>
      cards.subscribe(() => {
        for (const [id, putBack] of typed) {
          if (!isOpen(id)) continue;
          typed.delete(id);
          putBack();
        }
        look();
      }),
    undo: () => {
      typed.forEach((putBack) => putBack());
      cards.set(withReopened(cards.get(), before, callIds));
    },
  });
}

export const closeByHand = (callId: string, title: string): void => close([callId], title, () => closeCard(callId));

export const closeAllByHand = (title: string): void => close(cards.get().open.map((card) => card.callId), title, closeAllCards);
