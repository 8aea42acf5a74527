import { useLayoutEffect, useState } from 'react';

/** What moves in the page loses the focus: it is given back to the button that was pressed, so that one can go on with the keyboard. An arrow at its end has none. */
export function useKeptFocus(): (on: EventTarget) => void {
  const [focus, setFocus] = useState<{ on: HTMLElement }>();
  useLayoutEffect(() => {
    if (!focus) return;
    if (focus.on.matches(':disabled')) focus.on.closest('li')?.querySelector<HTMLElement>('button[aria-label]:not(:disabled)')?.focus();
    else focus.on.focus();
  }, [focus]);
  return (on) => {
    if (on instanceof HTMLElement) setFocus({ on });
  };
}
