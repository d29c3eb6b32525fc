import type { Item, PairwiseAnswer, PairwiseQuestion } from "@/lib/api/types";
import { msg } from "@/lib/i18n";

/** One button of the dock. `position` runs from −n (first much better) over 0 (same) to n (second much better). */
export interface Choice {
  key: string;
  position: number | "both_bad";
  /** English; whoever shows it translates. */
  label: string;
  /** Said by screen readers and in the title. */
  description: string;
}

type Words = Pick<Choice, "label" | "description">;

/** How a preference is called by side and by how much; the same words whatever the number of steps. */
const WORDS: Record<"first" | "second", Record<"much" | "plain" | "slightly", Words>> = {
  first: {
    much: { label: msg("First much"), description: msg("First much better") },
    plain: { label: msg("First"), description: msg("First better") },
    slightly: { label: msg("First slightly"), description: msg("First slightly better") },
  },
  second: {
    much: { label: msg("Second much"), description: msg("Second much better") },
    plain: { label: msg("Second"), description: msg("Second better") },
    slightly: { label: msg("Second slightly"), description: msg("Second slightly better") },
  },
};
const SAME: Words = { label: msg("Same"), description: msg("About the same") };
const BOTH_BAD: Words = { label: msg("Both are bad"), description: msg("Both are bad") };

/** The words for strengths 1, 2, 3 by the strongest there is. */
const GRADES = {
  1: ["plain"],
  2: ["slightly", "much"],
  3: ["slightly", "plain", "much"],
} as const;

/** The dock's buttons for a question's scale, in screen order, with the keys 1…steps and 0. */
export function choicesOf(question: PairwiseQuestion): Choice[] {
  const half = halfOf(question.steps);
  const choices: Choice[] = [];
  for (let position = -half; position <= half; position += 1) {
    if (position === 0 && !question.tie) continue;
    choices.push({ key: String(position + half + 1), position, ...wordsFor(position, question.steps) });
  }
  if (question.both_bad)
    choices.push({ key: "0", position: "both_bad", ...wordsFor("both_bad", question.steps) });
  return choices;
}

/** The strongest preference of a scale. */
export function halfOf(steps: PairwiseQuestion["steps"]): 1 | 2 | 3 {
  return steps === 7 ? 3 : steps === 5 ? 2 : 1;
}

/** What a place on the scale is called, in English. */
export function wordsFor(position: Choice["position"], steps: PairwiseQuestion["steps"]): Words {
  if (position === "both_bad") return BOTH_BAD;
  const grade = GRADES[halfOf(steps)][Math.abs(position) - 1];
  return grade ? WORDS[position < 0 ? "first" : "second"][grade] : SAME;
}

/** What is sent: responses by id, never by side, so that the order shown cannot leak into the data. */
export function answerOf(position: Choice["position"], item: Item): PairwiseAnswer {
  if (position === "both_bad") return { outcome: "both_bad" };
  if (position === 0) return { outcome: "tie" };
  const better = item.responses[position < 0 ? 0 : 1];
  if (!better) throw new Error("A pairwise question needs two responses.");
  return { better: better.response_id, strength: Math.abs(position) };
}

/** The button an answer belongs to in the order shown now; null when it names neither response. */
export function positionOf(answer: PairwiseAnswer | undefined, item: Item): Choice["position"] | null {
  if (answer === undefined) return null;
  if ("outcome" in answer) return answer.outcome === "tie" ? 0 : "both_bad";
  const side = item.responses.findIndex((response) => response.response_id === answer.better);
  if (side === 0) return -answer.strength;
  return side === 1 ? answer.strength : null;
}
