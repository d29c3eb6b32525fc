import type { Interval } from "@/components/chart";
import { sentence } from "@/lib/format";
import type { Evaluation } from "./api";

export interface Measured {
  key: string;
  label: string;
  value: Interval;
  n: number | null;
}

type Facts = Record<string, unknown>;
const asFacts = (value: unknown): Facts =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Facts) : {};
const asNumber = (value: unknown): number | null => (typeof value === "number" ? value : null);

function measured(key: string, label: string, given: unknown): Measured[] {
  const facts = asFacts(given);
  const estimate = asNumber(facts.value);
  if (estimate === null) return [];
  const value = { estimate, low: asNumber(facts.low), high: asNumber(facts.high) };
  return [{ key, label, value, n: asNumber(facts.n) }];
}

const named = (list: unknown, prefix: string): Measured[] =>
  Array.isArray(list)
    ? list.map(asFacts).flatMap((each) => measured(`${prefix}.${String(each.name)}`, String(each.name), each))
    : [];

/** The shares of an evaluation with their intervals: over all, by section, by scenario. */
export function sharesOf({ metrics }: Evaluation): Measured[] {
  const scenarios = named(metrics.subsets, "subset");
  return [
    ...measured("overall", "Overall", metrics.overall),
    ...named(metrics.sections, "section"),
    // A single scenario says what the overall number says.
    ...(scenarios.length > 1 ? scenarios : []),
  ].filter(({ value }) => value.estimate !== null && value.estimate >= 0 && value.estimate <= 1);
}

/** Other numbers at the top of an evaluation, as label and value. */
export function furtherOf({ metrics }: Evaluation): Measured[] {
  return Object.entries(metrics)
    .filter(([name]) => name !== "overall" && name !== "accuracy")
    .flatMap(([name, given]) => measured(name, sentence(name), given));
}

/** The newest finished evaluation of another model that asks the same. */
export const counterpartOf = (evaluation: Evaluation, others: Evaluation[]): Evaluation | undefined =>
  others.find(
    (other) =>
      other.kind === evaluation.kind &&
      other.evaluation_set.id === evaluation.evaluation_set.id &&
      other.state === "succeeded",
  );
