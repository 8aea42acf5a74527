import { useCallback, useEffect, useState } from 'react';

/** Tells whether a form of a page holds what is not saved; `form` is any name that no other has. */
export type TellChanged = (form: string, changed: boolean) => void;

/** Whether any form of a page holds what is not saved: who leaves the page is asked once for all of them. */
export function useUnsaved(): [boolean, TellChanged] {
  const [unsaved, setUnsaved] = useState<readonly string[]>([]);
  const tell = useCallback((form: string, changed: boolean) => setUnsaved((all) => [...all.filter((f) => f !== form), ...(changed ? [form] : [])]), []);
  return [unsaved.length > 0, tell];
}

/** Tells it of one form, for as long as that is there. */
export function useTellChanged(tell: TellChanged, form: string, changed: boolean): void {
  useEffect(() => {
    if (!changed) return undefined;
    tell(form, true);
    return () => tell(form, false);
  }, [tell, form, changed]);
}
