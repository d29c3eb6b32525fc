/** What a lab run found, in words and in the order in which it is read. */
import { countOf, formatNumber } from "@/lib/format";
import type { LabArm, LabComparison, LabFigure, LabResults, LabRun } from "./api";

export const VERDICTS: Record<LabComparison["verdict"], string> = {
  helps: "Helps",
  no_measurable_difference: "No measurable difference",
  hurts: "Hurts",
};

/** Raw labels, the recipes from the best on, then the controls: what they cost by lot, and what could be had at most. */
export function inOrder(arms: LabArm[]): { raw: LabArm[]; recipes: LabArm[]; controls: LabArm[] } {
  const difference = (arm: LabArm) => arm.versus_raw?.difference ?? 0;
  return {
    raw: arms.filter((arm) => arm.kind === "raw"),
    recipes: arms
      .filter((arm) => arm.kind === "recipe")
      .sort((one, other) => difference(other) - difference(one)),
    controls: arms.filter((arm) => arm.kind === "random" || arm.kind === "oracle"),
  };
}

/** "+1.2", "−0.4", "0.0": percentage points, with the sign that matters. */
export function points(share: number): string {
  const text = Math.abs(share * 100).toFixed(1);
  if (text === "0.0") return text;
  return `${share > 0 ? "+" : "−"}${text}`;
}

/** "81.3 % ± 0.4". */
export function percentWithError({ mean, se }: LabFigure): string {
  return `${(mean * 100).toFixed(1)} % ± ${(se * 100).toFixed(1)}`;
}

/** One sentence that says how the recipes did. */
export function headline(arms: LabArm[]): string {
  const { recipes } = inOrder(arms);
  const names = (verdict: LabComparison["verdict"]) =>
    recipes.filter((arm) => arm.versus_raw?.verdict === verdict).map((arm) => `“${arm.name}”`);
  const parts = [
    said(names("helps"), "helps", "help"),
    said(names("hurts"), "hurts", "hurt"),
    said(
      names("no_measurable_difference"),
      "makes no measurable difference",
      "make no measurable difference",
    ),
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join("; ")}.` : "No recipe was compared.";
}

function said(names: string[], one: string, many: string): string {
  const [last, ...before] = [...names].reverse();
  if (last === undefined) return "";
  return before.length === 0 ? `${last} ${one}` : `${before.reverse().join(", ")} and ${last} ${many}`;
}

/** Bounds that hold every interval and zero, with a little air, alike on both sides of round numbers. */
export function scaleOf(arms: LabArm[]): { low: number; high: number } {
  const ends = arms.flatMap((arm) => (arm.versus_raw ? [arm.versus_raw.low, arm.versus_raw.high] : []));
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const air = Math.max((high - low) * 0.08, 0.002);
  return { low: low - air, high: high + air };
}

/** Round places for a scale's marks, zero among them: at most five or so. */
export function ticksOf({ low, high }: { low: number; high: number }): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high; at += 1) ticks.push(at * step);
  return ticks;
}

/** The tuned regularisation over the seeds: one value, or from the least to the most. */
export function l2Words(l2: number[]): string {
  if (l2.length === 0) return "–";
  const [least, most] = [Math.min(...l2), Math.max(...l2)];
  return least === most ? formatNumber(least) : `${formatNumber(least)} to ${formatNumber(most)}`;
}

/** "Judged on 400 pairs of 390 prompts that were held out." */
export function goldSentence(gold: LabResults["gold"]): string {
  const what = `${countOf(gold.pairs, "pair")} of ${countOf(gold.prompts, "prompt")}`;
  const planted = gold.planted ? " Errors planted among them were put right." : "";
  return gold.source === "adjudicated"
    ? `Judged on ${what} with adjudicated labels.${planted}`
    : `Judged on ${what} that were held out.${planted}`;
}

export function goldWords(gold: LabRun["gold"]): string {
  return gold.source === "adjudicated"
    ? "Pairs with adjudicated labels"
    : `${formatNumber((gold.fraction ?? 0) * 100)} % of the prompts, held out by lot`;
}

export const FEATURES: Record<LabRun["features"], string> = {
  embeddings: "Sentence embeddings of prompt and response",
  scores: "Scores that came with the responses",
};

/** What is known to be wrong, and from where. */
export const BASIS: Record<string, string> = {
  planted: "Rows say which labels were flipped on purpose.",
  adjudicated: "Adjudicated labels say which others are wrong.",
  votes: "Where several people voted, a single vote against the others counts as wrong.",
};
