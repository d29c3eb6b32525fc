import type { Action, Keymap } from "@/actions";
import { CATALOGUE } from "@/actions/catalogue";

export interface KeyRow extends Pick<Action, "id" | "label" | "group" | "inDialog" | "whileTyping"> {
  keys: readonly string[];
  defaults: readonly string[];
}

/**
 * Everything whose keys can be changed from here: what is on the page now, and what the catalogue knows of other
 * pages. The words of what is on the page win, because they may say more ("Save correction").
 */
export function keyRows(
  registered: readonly Action[],
  keymap: Keymap,
  say: (text: string) => string,
): KeyRow[] {
  const known = new Map<string, KeyRow>();
  const add = (action: Omit<Action, "run">, label: string, group: string) => {
    const defaults = action.keys ?? [];
    const keys = keymap[action.id] ?? defaults;
    if (defaults.length > 0 || keys.length > 0)
      known.set(action.id, { ...action, label, group, keys, defaults });
  };
  for (const action of CATALOGUE) add(action, say(action.label), say(action.group));
  // An entry keeps its place when it is set again.
  for (const action of registered) add(action, action.label, action.group);
  return [...known.values()];
}

/** The map with one action's keys changed; what equals the default is left out. */
export function withKeys(keymap: Keymap, row: KeyRow, keys: readonly string[]): Keymap {
  const { [row.id]: _, ...others } = keymap;
  const same = keys.length === row.defaults.length && keys.every((key, index) => key === row.defaults[index]);
  return same ? others : { ...others, [row.id]: keys };
}
