// What is being typed over something that is stored. The stored one may change meanwhile: what was typed stays.
import { useState } from 'react';

interface Versioned {
  version: string;
}

export interface Draft<Item extends Versioned, Form> {
  form: Form;
  /** What the typing began on; its version goes with the change. */
  base: Item;
  changed: boolean;
  /** Somebody else has stored another one since the typing began. */
  overtaken: boolean;
  change: (part: Partial<Form>) => void;
  /** Drops what was typed. */
  forget: () => void;
  /** Keeps what was typed, over the one that is stored now. */
  keepMine: () => Item;
}

/** Typing over a stored item; `same` says whether nothing but the look differs. */
export function useDraft<Item extends Versioned, Form>(
  item: Item,
  formOf: (item: Item) => Form,
  same: (a: Form, b: Form) => boolean,
): Draft<Item, Form> {
  const [typed, setTyped] = useState<{ base: Item; form: Form }>();
  const base = typed?.base ?? item;
  const form = typed?.form ?? formOf(item);
  const changed = typed !== undefined && !same(form, formOf(base));
  return {
    form,
    base,
    changed,
    overtaken: changed && item.version !== base.version,
    change: (part) => setTyped((before) => ({ base: before?.base ?? item, form: { ...(before?.form ?? formOf(item)), ...part } })),
    forget: () => setTyped(undefined),
    keepMine: () => {
      setTyped({ base: item, form });
      return item;
    },
  };
}
