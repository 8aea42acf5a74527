import { useLayoutEffect, useRef, type ReactNode } from 'react';

/** What a form is filled in with. While it is saved it takes nothing: that would be dropped with what was saved. */
export function Fields({ saving, children }: { saving: boolean; children: ReactNode }) {
  const focused = useRef<Element | null>(null);
  // A browser takes the focus from what cannot be used: it is given back, so that one can go on with the keyboard.
  useLayoutEffect(() => {
    if (saving) focused.current = document.activeElement;
    else if (document.activeElement === document.body && focused.current instanceof HTMLElement) focused.current.focus();
  }, [saving]);
  return <fieldset disabled={saving} style={{ display: 'contents' }}>{children}</fieldset>;
}
