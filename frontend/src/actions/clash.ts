import { isPageAction } from "./catalogue";
import { type Action, normalizeKey } from "./registry";

type Bound = Pick<Action, "id" | "group" | "keys" | "inDialog">;

/** Sequences that begin with a key do not block it: the page waits for the second press only when it can. */
function binds(action: Bound, key: string): boolean {
  const wanted = normalizeKey(key);
  return action.keys?.some((each) => normalizeKey(each) === wanted) ?? false;
}

/**
 * The action that already has `key` where `action` works as well. Two types of question may share digits, because
 * only one question has the keys at a time; what works on the whole page shares with nobody.
 */
export function clashOf<T extends Bound>(key: string, action: Bound, all: readonly T[]): T | undefined {
  return all.find((other) => other.id !== action.id && meets(action, other) && binds(other, key));
}

function meets(one: Bound, other: Bound): boolean {
  if (one.group === other.group) return true;
  if (one.inDialog || other.inDialog) return false;
  return isPageAction(one.id) || isPageAction(other.id);
}
