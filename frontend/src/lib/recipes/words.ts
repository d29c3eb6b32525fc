import type { RecipeStep, Signal } from "@/lib/api/types";
import { formatCount, formatNumber, formatPercent, humanize } from "@/lib/format";
import { conditionsWords } from "./conditions";
import { measureOf, titleOf } from "./measures";

/** Why a pair is out: said of one pair, and where the plural differs, of several. */
const REASONS: Record<string, readonly [one: string, many?: string]> = {
  source_not_used: ["no label from a listed source"],
  judge_unproven: ["only unproven judges said", "that only unproven judges labelled"],
  both_bad: ["both bad"],
  tie: ["tie", "ties"],
  too_weak: ["too weak"],
  no_better_side: ["no side is chosen", "without a chosen side"],
  no_score: ["no score", "without a score"],
  no_value: ["no value", "without a value"],
  margin_too_small: ["margin below the lower bound"],
  margin_too_large: ["margin above the upper bound"],
  too_small: ["below the lower bound"],
  too_large: ["above the upper bound"],
  row_not_matching: ["row does not match", "of rows that do not match"],
  not_listed: ["not among the values to keep"],
  listed: ["among the values left out"],
  zone_wrong: ["label probably wrong", "labels probably wrong"],
  zone_ambiguous: ["ambiguous"],
  zone_strong: ["strong"],
  duplicate: ["a better one of its group is kept", "duplicates of better ones"],
  length_unbalanced: ["drawn by lot to balance lengths"],
  over_budget: ["over the budget"],
};

export function reasonWords(reason: string, count = 1): string {
  const words = REASONS[reason];
  if (!words) return humanize(reason);
  return count === 1 ? words[0] : (words[1] ?? words[0]);
}

export const ZONE_ACTIONS = [
  { value: "keep", label: "Keep as it is" },
  { value: "review", label: "Set aside for review" },
  { value: "drop", label: "Drop" },
  { value: "flip", label: "Flip the label" },
  { value: "soft", label: "Make the label soft" },
  { value: "weight", label: "Weigh less" },
] as const;

export const HOW_PAIRS = [
  { value: "best_worst", label: "Best against worst" },
  { value: "best_random_lower", label: "Best against a lower one, drawn by lot" },
  { value: "best_each", label: "Best against each other" },
  { value: "all", label: "All against all" },
  { value: "adjacent", label: "Neighbours in the ranking" },
] as const;

const number = (value: unknown) => (typeof value === "number" ? formatNumber(value) : "?");
const listed = (value: unknown) => (Array.isArray(value) ? (value as string[]) : []);

function few(values: string[]): string {
  const shown = values
    .slice(0, 3)
    .map((each) => humanize(each))
    .join(", ");
  return values.length > 3 ? `${shown} and ${formatCount(values.length - 3)} more` : shown;
}

function bounds(step: RecipeStep): string {
  const { min, max } = step;
  if (typeof min === "number" && typeof max === "number") return `${number(min)} to ${number(max)}`;
  if (typeof min === "number") return `from ${number(min)}`;
  if (typeof max === "number") return `up to ${number(max)}`;
  return "";
}

/** What a step does, in a line: what stands on its card while it is closed. */
export function summaryOf(step: RecipeStep, signals: Signal[]): string {
  const nameOf = (id: unknown) =>
    signals.find((each) => each.id === id)?.name ??
    (typeof id === "number" ? `signal ${id}` : "no signal yet");
  const measure = (value: unknown) => titleOf(measureOf(value), signals) ?? "nothing yet";
  switch (step.type) {
    case "labels": {
      const weights = Object.entries((step.aspect_weights ?? {}) as Record<string, number>);
      const sources = listed(step.precedence)
        .map((each) => humanize(each))
        .join(", then ");
      const bound =
        typeof step.judge_bound === "number" ? `; judges from ${formatPercent(step.judge_bound)}` : "";
      return `${sources}${bound}${weights.length ? "; aspects by weight" : ""}`;
    }
    case "items":
      return conditionsWords(step.where);
    case "make_pairs":
      return `${HOW_PAIRS.find((each) => each.value === step.how)?.label ?? humanize(String(step.how))}, gap at least ${number(step.min_gap)}`;
    case "strength":
      return [
        `at least ${number(step.min_strength)}`,
        step.drop_ties ? "no ties" : "",
        step.drop_both_bad ? "no “both bad”" : "",
      ]
        .filter(Boolean)
        .join(", ");
    case "signal_margin":
      return [nameOf(step.signal), bounds(step)].filter(Boolean).join(" ");
    case "filter": {
      const values = listed(step.one_of).length
        ? `is ${few(listed(step.one_of))}`
        : listed(step.none_of).length
          ? `is not ${few(listed(step.none_of))}`
          : bounds(step) || "any value yet";
      return `${measure(step.on)} ${values}`;
    }
    case "zones":
      return `${nameOf(step.signal)}: wrong → ${short(step.wrong)}, ambiguous → ${short(step.ambiguous)}, strong → ${short(step.strong)}`;
    case "dedup":
      return `${number(step.keep)} of each ${measure(step.group)}`;
    case "length_match":
      return `${measure(step.length)} in ${number(step.bins)} groups`;
    case "select": {
      const by = step.by ? `the highest by ${measure(step.by)}` : "drawn by lot";
      const over = step.group ? `, evenly over ${measure(step.group)}` : "";
      const cap = typeof step.cap === "number" ? `, at most ${formatPercent(step.cap)} of each` : "";
      return `${typeof step.budget === "number" ? formatCount(step.budget) : "?"} pairs, ${by}${over}${cap}`;
    }
    case "split":
      return `${measure(step.group)} never on both sides`;
    case "order":
      return `highest ${measure(step.by)} first`;
    default:
      return "";
  }
}

function short(action: unknown): string {
  return action === "weight" ? "less weight" : action === "soft" ? "soft label" : String(action);
}
