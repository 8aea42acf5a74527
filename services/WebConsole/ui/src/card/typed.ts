// What is typed into the small forms of a card and not sent yet: it is there again when another card was in front meanwhile, or
// when closing the card is taken back.
import { Store, useStore } from '../ui-bits/store';

/** What was typed, under a key for this one entry: a lost answer may be asked for again, a corrected entry is another one. */
export type Typed<Form> = Form & { key: string };

export class TypedForms<Form extends object> {
  readonly all = new Store<ReadonlyMap<string, Typed<Form>>>(new Map());
  readonly #empty: Form;
  readonly #newKey: () => string;

  constructor(empty: Form, newKey: () => string) {
    this.#empty = empty;
    this.#newKey = newKey;
    everyKind.add(this);
  }

  of(card: string): Typed<Form> {
    return this.all.get().get(card) ?? { ...this.#empty, key: '' };
  }

  change(card: string, part: Partial<Typed<Form>>): void {
    const before = this.all.get().get(card) ?? { ...this.#empty, key: this.#newKey() };
    this.all.set(new Map(this.all.get()).set(card, { ...before, ...part }));
  }

  forget(card: string): void {
    const forms = new Map(this.all.get());
    if (forms.delete(card)) this.all.set(forms);
  }

  /** Takes away what was typed; gives the function that puts it back, unless something was typed there since. */
  take(card: string): () => void {
    const form = this.all.get().get(card);
    this.forget(card);
    return () => {
      if (form && !this.all.get().has(card)) this.change(card, form);
    };
  }
}

const everyKind = new Set<{ take: (card: string) => () => void }>();

export function useTyped<Form extends object>(forms: TypedForms<Form>, card: string): Typed<Form> {
  useStore(forms.all);
  return forms.of(card);
}

/** Takes away what was typed into any form of a card; gives the function that puts it back. */
export function takeTyped(card: string): () => void {
  const back = [...everyKind].map((forms) => forms.take(card));
  return () => back.forEach((put) => put());
}
