import type { Item, PairwiseAnswer, PairwiseQuestion } from "@/lib/api/types";

/** One button of the dock. `position` runs from −n (first much better) over 0 (same) to n (second much better). */
export interface Choice {
  key: string;
  position: number | "both_bad";
  label: string;
  /** Said by screen readers and in the title. */
  description: string;
}

const WORDS: Record<number, string[]> = {
  3: ["much", "", "slightly"],
  2: ["much", "slightly"],
  1: [""],
};

/** The dock's buttons for a question's scale, in screen order, with the keys 1…steps and 0. */
export function choicesOf(question: PairwiseQuestion): Choice[] {
  const half = (question.steps - 1) / 2;
  const choices: Choice[] = [];
  for (let position = -half; position <= half; position += 1) {
    if (position === 0 && !question.tie) continue;
    const key = String(position + half + 1);
    choices.push({ key, position, ...wordsFor(position, half) });
  }
  if (question.both_bad) {
    choices.push({ key: "0", position: "both_bad", label: "Both bad", description: "Both are bad" });
  }
  return choices;
}

function wordsFor(position: number, half: number): { label: string; description: string } {
  if (position === 0) return { label: "Same", description: "About the same" };
  const side = position < 0 ? "First" : "Second";
  const word = WORDS[half]?.[half - Math.abs(position)] ?? "";
  const label = word ? `${side} ${word}` : side;
  return { label, description: `${label} better` };
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
