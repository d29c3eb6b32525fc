import { useEffect, useRef, useSyncExternalStore } from "react";
import { type Action, registry } from "./registry";

/**
 * Registers actions while the calling component is mounted. Handlers and predicates are always the latest
 * ones, so no dependency list is needed; only ids, keys and labels are compared.
 */
export function useActions(actions: Action[]): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  const shape = JSON.stringify(actions.map((each) => [each.id, each.label, each.keys, each.group]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the actions' identity.
  useEffect(() => {
    const undo = latest.current.map((action, index) =>
      registry.register({
        ...action,
        when: () => latest.current[index]?.when?.() ?? true,
        run: () => latest.current[index]?.run(),
      }),
    );
    return () => {
      for (const each of undo) each();
    };
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
