// The smallest store that React can follow: a value that is replaced, never changed.
import { useSyncExternalStore } from 'react';

export class Store<Value> {
  #value: Value;
  readonly #listeners = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get = (): Value => this.#value;

  set(value: Value): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** A part of the value: drawn anew only when that part is another one. What is chosen of one value has to be one and the same. */
export function usePartOf<Value, Part>(store: Store<Value>, choose: (value: Value) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => choose(store.get()));
}

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get);
}
