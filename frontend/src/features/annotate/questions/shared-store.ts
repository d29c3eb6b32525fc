import { useSyncExternalStore } from "react";

/**
 * What a question's line in the dock and its texts share on screen, and the answer does not hold: they are drawn
 * in different places of the page. Kept as long as the item is likely to be on screen.
 */
export class SharedStore<T extends object> {
  private readonly listeners = new Set<() => void>();

  constructor(private state: T) {}

  get = (): T => this.state;

  set = (change: Partial<T>): void => {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  };

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

const KEPT = 6;

/** One store for each item and question; the page shows one item at a time, and those long gone are forgotten. */
export function storeFactory<S>(make: () => S, kept = KEPT): (item: number, question: string) => S {
  const stores = new Map<string, S>();
  return (item, question) => {
    const name = `${item}/${question}`;
    const known = stores.get(name);
    if (known) return known;
    const made = make();
    if (stores.size >= kept) stores.delete(stores.keys().next().value ?? "");
    stores.set(name, made);
    return made;
  };
}

export function useShared<T extends object>(store: SharedStore<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
