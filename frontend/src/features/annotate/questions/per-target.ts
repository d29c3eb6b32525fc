import type { Item } from "@/lib/api/types";
import { responseTargets, turnTargets } from "./targets";
import type { Per, Target } from "./types";

export const ITEM = "item";

/** What a question with this `per` asks about, in the order shown. */
export function targetsOf(per: Per | undefined, item: Item): Target[] {
  if (per === "response") return responseTargets(item);
  return per === "turn" ? turnTargets(item) : [ITEM];
}

/** An answer by target without the entry, undefined when none is left. */
export function without<A>(answer: Record<Target, A>, target: Target): Record<Target, A> | undefined {
  const { [target]: _, ...others } = answer;
  return Object.keys(others).length > 0 ? others : undefined;
}

/** Optional questions may be answered in part; required ones need every target. */
export function isComplete(
  targets: readonly Target[],
  required: boolean,
  isDone: (target: Target) => boolean,
): boolean {
  return required ? targets.every(isDone) : targets.some(isDone);
}

/** Letters that the page itself leaves free. */
const LETTERS = "abimnoqtuvwyz";

/** An option's key: digits for nine, then letters; those after have none. */
export function optionKey(index: number): string | undefined {
  return index < 9 ? String(index + 1) : LETTERS[index - 9];
}
