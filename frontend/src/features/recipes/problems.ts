import type { RecipeStep, RecipeStepKind, Signal } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { conditionsProblem } from "@/lib/recipes/conditions";
import {
  columnOf,
  ensembleSignals,
  firstNumber,
  measureOf,
  measuresOf,
  typeOf,
} from "@/lib/recipes/measures";

/** The version's signals by their state: `ready` may be used, `all` tells why another may not. */
export interface KnownSignals {
  ready: Signal[];
  all: Signal[];
}

/** What the server would refuse, by the step's place, in the words a person needs; said before anything is sent. */
export function problemsOf(
  steps: RecipeStep[],
  kinds: RecipeStepKind[] = [],
  signals: KnownSignals | null = null,
): Map<number, string> {
  const problems = new Map<number, string>();
  steps.forEach((step, index) => {
    const problem =
      placeProblem(step, index, steps) ??
      ownProblem(step) ??
      numbersProblem(step, kinds) ??
      (signals && signalsProblem(step, signals));
    if (problem) problems.set(index, problem);
  });
  return problems;
}

/** Whether the step only waits for its values to be chosen; until then it keeps everything. */
export function isOpenFilter(step: RecipeStep): boolean {
  if (step.type === "items") return conditionsProblem(step.where) !== null;
  return step.type === "filter" && ways(step) === 0 && measureProblem(step.on) === null;
}

/** The same steps in a form the server takes: filters without values yet let everything through. */
export function previewable(steps: RecipeStep[]): RecipeStep[] {
  return steps.map((step) => {
    if (!isOpenFilter(step)) return step;
    return step.type === "items" ? { ...step, where: ANY_ROW } : { ...step, none_of: [NEVER] };
  });
}

/** No text of a signal or a source is a single control character. */
const NEVER = "\u0001";
const ANY_ROW = { not: { field: "record_id", op: "eq", value: NEVER } };

/** What may stand before pairs are made. */
const FIRST = new Set(["labels", "items"]);

function placeProblem(step: RecipeStep, index: number, steps: RecipeStep[]): string | null {
  if (step.type === "labels" && index > 0)
    return "The step that says whose labels count comes first, and once.";
  if (step.type === "make_pairs" && steps.slice(0, index).some((each) => !FIRST.has(each.type)))
    return "Pairs are made before they are filtered; move this step up, and have it once.";
  if (step.type === "split" && steps.slice(0, index).some((each) => each.type === "split"))
    return "Pairs are split by one kind of group; keep one of these steps.";
  if (step.type === "order" && steps.slice(0, index).some((each) => each.type === "order"))
    return "Pairs stand in one order; keep one of these steps.";
  return index >= 40 ? "A recipe has at most 40 steps." : null;
}

function ownProblem(step: RecipeStep): string | null {
  if (step.type === "labels") return labelsProblem(step);
  if (step.type === "items") return conditionsProblem(step.where);
  if ((step.type === "signal_margin" || step.type === "zones") && typeof step.signal !== "number")
    return "Choose a signal.";
  if (typeof step.min === "number" && typeof step.max === "number" && step.min > step.max)
    return "The lower bound is above the upper one.";
  const looked = { filter: "on", dedup: "group", split: "group", length_match: "length", order: "by" }[
    step.type
  ];
  if (looked) {
    const problem = measureProblem(step[looked]);
    if (problem) return problem;
  }
  for (const { measure } of measuresOf(step)) {
    const problem = measureProblem(measure);
    if (problem) return problem;
  }
  if (step.type === "filter" && ways(step) === 0) return "Give bounds, or choose values.";
  if (step.type === "filter" && ways(step) > 1)
    return "Give bounds, or the values to keep, or those to leave out: one of the three.";
  if (
    step.type === "zones" &&
    typeof step.ambiguous_percentile === "number" &&
    typeof step.strong_percentile === "number" &&
    step.ambiguous_percentile > step.strong_percentile
  )
    return "The percentile of ambiguous pairs is above that of strong ones.";
  if (step.type === "select" && typeof step.cap === "number" && !step.group)
    return "A share per group needs groups.";
  return null;
}

const filled = (value: unknown) => Array.isArray(value) && value.length > 0;

function ways(step: RecipeStep): number {
  const bounded = typeof step.min === "number" || typeof step.max === "number";
  return Number(bounded) + Number(filled(step.one_of)) + Number(filled(step.none_of));
}

function measureProblem(value: unknown): string | null {
  const measure = measureOf(value);
  const named = Number(Boolean(measure.fact)) + Number(typeof measure.signal === "number");
  return named === 1 ? null : "Choose what to look at.";
}

function labelsProblem(step: RecipeStep): string | null {
  if (Array.isArray(step.precedence) && step.precedence.length === 0) return "Keep at least one source.";
  const weights = Object.values((step.aspect_weights ?? {}) as Record<string, unknown>);
  if (weights.some((weight) => typeof weight !== "number")) return "Give every aspect a weight.";
  if (weights.some((weight) => (weight as number) < 0)) return "Weights of aspects are not negative.";
  if (weights.length > 0 && !weights.some((weight) => (weight as number) > 0))
    return "At least one aspect has a weight above 0.";
  return null;
}

interface NumberSchema {
  type?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  anyOf?: NumberSchema[];
}

/** The bounds of numbers are the catalogue's. */
function numbersProblem(step: RecipeStep, kinds: RecipeStepKind[]): string | null {
  const kind = kinds.find((each) => each.type === step.type);
  const properties = (kind?.schema.properties ?? {}) as Record<string, NumberSchema>;
  const required = (kind?.schema.required ?? []) as string[];
  for (const [name, schema] of Object.entries(properties)) {
    const choices = schema.anyOf ?? [schema];
    const rule = choices.find((each) => each.type === "number" || each.type === "integer");
    if (!rule || (name === "signal" && step[name] !== undefined)) continue;
    const value = step[name];
    if (value === undefined && !required.includes(name)) continue;
    if (value === null && choices.some((each) => each.type === "null")) continue;
    const problem = numberProblem(value, rule);
    if (problem) return `${PARAMS[name] ?? name}: ${problem}`;
  }
  return null;
}

/** What cards call the numbers. */
const PARAMS: Record<string, string> = {
  judge_bound: "Judges agree",
  min_strength: "At least",
  min_gap: "Least gap",
  keep: "Keep of each group",
  bins: "Length groups",
  budget: "Pairs to keep",
  cap: "Share per group",
  seed: "Seed",
  vote: "Share of the members",
  ambiguous_percentile: "Ambiguous up to",
  strong_percentile: "Strong from",
  temperature: "Temperature",
  weight: "Weight",
};

function numberProblem(value: unknown, rule: NumberSchema): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return "give a number.";
  if (rule.type === "integer" && !Number.isInteger(value)) return "give a whole number.";
  if (rule.exclusiveMinimum !== undefined && value <= rule.exclusiveMinimum)
    return `must be above ${formatCount(rule.exclusiveMinimum)}.`;
  if (rule.minimum !== undefined && value < rule.minimum)
    return `must be at least ${formatCount(rule.minimum)}.`;
  if (rule.maximum !== undefined && value > rule.maximum)
    return `must be at most ${formatCount(rule.maximum)}.`;
  return null;
}

function signalsProblem(step: RecipeStep, { ready, all }: KnownSignals): string | null {
  const named = [step.signal, ...measuresOf(step).map(({ measure }) => measure.signal)];
  for (const id of named) {
    if (typeof id !== "number" || ready.some((signal) => signal.id === id)) continue;
    const known = all.find((signal) => signal.id === id);
    return known
      ? `“${known.name}” is ${known.state}, not ready.`
      : `This version has no signal ${id}. Choose one that it has, or another version.`;
  }
  const signal = ready.find((each) => each.id === step.signal);
  if (step.type === "zones" && signal && !ensembleSignals([signal]).length)
    return `Zones need the margins of an ensemble; “${signal.name}” has none.`;
  if (step.type === "signal_margin" && signal && !firstNumber(signal))
    return `“${signal.name}” has no number to take a margin of.`;
  if (step.type === "make_pairs" && signal) {
    const column = signal.columns.find((each) => each.name === step.column);
    if (signal.level !== "response" || column?.type !== "number")
      return "Pairs are made from a number of responses; choose another signal or column.";
  }
  for (const { measure } of measuresOf(step)) {
    if (measure.fact) continue;
    const found = columnOf(measure, ready);
    if (!found) return "Choose a column of the signal.";
    const isMargin = found.signal.level === "response" && (measure.of ?? "margin") === "margin";
    if (isMargin && found.column.type !== "number")
      return `“${found.column.title}” is no number and has no margin; look at chosen or rejected.`;
  }
  if (step.type === "length_match" && typeOf(measureOf(step.length), ready) !== "number")
    return "Lengths are numbers; choose another column.";
  if (step.type === "select" && step.by && typeOf(measureOf(step.by), ready) !== "number")
    return "The highest are taken of a number; choose another column.";
  if (step.type === "order" && typeOf(measureOf(step.by), ready) !== "number")
    return "Pairs are put in order by a number; choose another column.";
  return null;
}
