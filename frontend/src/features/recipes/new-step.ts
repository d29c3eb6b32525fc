import type { RecipeStep, RecipeStepKind, Signal } from "@/lib/api/types";
import {
  ensembleSignals,
  firstNumber,
  type Measure,
  marginSignals,
  measureFor,
} from "@/lib/recipes/measures";
import { FIRST_STEPS, SOURCES } from "./steps";

/** A step as it is first added: what most people want of it, with the signal that fits where there is one. */
export function newStep(type: string, signals: Signal[] = [], kind?: RecipeStepKind): RecipeStep {
  const margin = marginSignals(signals)[0]?.id ?? null;
  switch (type) {
    case "labels":
      return { type, precedence: [...SOURCES], judge_bound: null };
    case "items":
      return { type, where: { and: [{ field: "prompt", op: "contains", value: "" }] }, outside: "drop" };
    case "make_pairs":
      return { type, how: "best_worst", signal: null, column: "score", min_gap: 0.25, seed: 0 };
    case "strength":
      return { ...FIRST_STEPS[0], type };
    case "signal_margin":
      return { type, signal: margin, min: 0, max: null, missing: "review" };
    case "filter":
      return { type, on: { fact: "votes" }, min: 1, max: null, missing: "review", outside: "drop" };
    case "zones":
      return {
        type,
        signal: ensembleSignals(signals)[0]?.id ?? null,
        wrong: "review",
        ambiguous: "keep",
        strong: "keep",
        vote: 0.3,
        ambiguous_percentile: 40,
        strong_percentile: 90,
        temperature: 1,
        weight: 0.5,
        missing: "review",
      };
    case "dedup":
      return { type, group: groupOf(signals), keep: 1, missing: "review" };
    case "length_match":
      return { type, length: lengthOf(signals), bins: 5, seed: 0, missing: "review" };
    case "select":
      return { type, budget: 1000, by: null, group: null, cap: null, seed: 0, missing: "review" };
    case "split":
      return { type, group: groupOf(signals), missing: "review" };
    case "order":
      return { type, by: priorityOf(signals), missing: "review" };
    default:
      return { type, ...schemaDefaults(kind) };
  }
}

/** Where a signal names groups of like texts, those; else nothing yet. */
function groupOf(signals: Signal[]): Measure {
  for (const signal of signals) {
    const column = signal.columns.find(
      (each) => each.type === "text" && /group|cluster|duplicate/i.test(`${each.name} ${each.title}`),
    );
    if (column) return measureFor(signal, column);
  }
  return {};
}

/** Where a signal puts pairs in order, that. */
function priorityOf(signals: Signal[]): Measure {
  for (const signal of signals) {
    const column = signal.columns.find((each) => each.name === "priority");
    if (column) return measureFor(signal, column);
  }
  return {};
}

function lengthOf(signals: Signal[]): Measure {
  for (const signal of signals) {
    const column = firstNumber(signal);
    if (
      signal.level === "response" &&
      column &&
      /length|words|characters|tokens/i.test(`${signal.kind} ${column.title}`)
    )
      return measureFor(signal, column);
  }
  return {};
}

function schemaDefaults(kind: RecipeStepKind | undefined): Record<string, unknown> {
  const properties = (kind?.schema.properties ?? {}) as Record<string, { default?: unknown }>;
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name, each]) => name !== "type" && each.default !== undefined)
      .map(([name, each]) => [name, each.default]),
  );
}
