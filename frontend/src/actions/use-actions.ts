import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { type Action, registry } from "./registry";

/**
 * Registers actions while the calling component is mounted. Handlers and predicates are always the latest
 * ones, so no dependency list is needed; only ids, keys and labels are compared. What is on screen answers its keys at
 * once: they are bound before it is painted.
 */
export function useActions(actions: Action[]): void {
  const latest = useRef(actions);
  useLayoutEffect(() => {
    latest.current = actions;
  });
  const shape = JSON.stringify(actions.map((each) => [each.id, each.label, each.keys, each.group]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the actions' identity.
  useLayoutEffect(() => {
    return registry.register(
      ...latest.current.map((action, index) => ({
        ...action,
        when: () => latest.current[index]?.when?.() ?? true,
        run: () => latest.current[index]?.run(),
      })),
    );
  }, [shape]);
}

/** Registers one action and hands it back, for `<ActionButton action={…}>`. */
export function useAction(action: Action): Action {
  useActions([action]);
  return action;
}

export function useRegisteredActions(): readonly Action[] {
  return useSyncExternalStore(registry.subscribe, registry.list);
}

/**
 * The key to print for an action made elsewhere: what the person chose, else `fallback`; undefined when they took
 * the key away.
 */
export function useKeyOf(id: string, fallback: string): string | undefined {
  return useKeysOf({ id, keys: [fallback] })?.[0];
}

/** The keys that work for this action now. */
export function useKeysOf(action: Pick<Action, "id" | "keys">): readonly string[] | undefined {
  useSyncExternalStore(registry.subscribe, registry.getKeymap);
  return registry.keysOf(action.id, action.keys);
}
