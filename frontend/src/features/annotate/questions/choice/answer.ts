import { ITEM } from "../per-target";
import type { ChoiceAnswer, ChoiceQuestion, Target } from "../types";

type One = string | string[];

/** The answer as an object of target → what was chosen for it; "item" where there is only one. */
export function byTarget(question: ChoiceQuestion, answer: ChoiceAnswer | undefined): Record<Target, One> {
  if (answer === undefined) return {};
  const single = (question.per ?? ITEM) === ITEM;
  return single ? { [ITEM]: answer as One } : (answer as Record<Target, One>);
}

/** Back into the shape that is sent; undefined when nothing is chosen. */
export function fromTargets(question: ChoiceQuestion, chosen: Record<Target, One>): ChoiceAnswer | undefined {
  const kept = Object.fromEntries(Object.entries(chosen).filter(([, one]) => one.length > 0));
  if (Object.keys(kept).length === 0) return undefined;
  return (question.per ?? ITEM) === ITEM ? kept[ITEM] : kept;
}

/** With an option chosen for a text, or let go again where several may be chosen. */
export function toggled(
  question: ChoiceQuestion,
  chosen: Record<Target, One>,
  target: Target,
  value: string,
): Record<Target, One> {
  if (!question.multiple) return { ...chosen, [target]: value };
  const had = [chosen[target] ?? []].flat();
  return {
    ...chosen,
    [target]: had.includes(value) ? had.filter((each) => each !== value) : [...had, value],
  };
}
