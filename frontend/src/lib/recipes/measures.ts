import type { RecipeStep, Signal } from "@/lib/api/types";

/** What a step looks at: a fact of the pair, or a column of a signal. Half chosen, it has neither. */
export interface Measure {
  fact?: Fact | null;
  signal?: number | null;
  column?: string;
  of?: Of;
}
export type Of = "margin" | "chosen" | "rejected";
export type MeasureType = "number" | "text" | "flag";
export type Column = Signal["columns"][number];

export const FACTS = {
  strength: { title: "Strength", type: "number" },
  votes: { title: "Votes", type: "number" },
  agreement: { title: "Agreement of the votes", type: "number" },
  source: { title: "Source of the labels", type: "text" },
  aspect: { title: "Aspect", type: "text" },
} as const;
export type Fact = keyof typeof FACTS;

export const SIDES: Record<Of, string> = {
  margin: "Margin chosen − rejected",
  chosen: "The chosen side",
  rejected: "The rejected side",
};

/** A measure read from a step's JSON, whatever was written there. */
export function measureOf(value: unknown): Measure {
  return typeof value === "object" && value !== null ? (value as Measure) : {};
}

export function columnOf(measure: Measure, signals: Signal[]): { signal: Signal; column: Column } | null {
  const signal = signals.find((each) => each.id === measure.signal);
  const column = signal?.columns.find((each) => each.name === (measure.column ?? "score"));
  return signal && column ? { signal, column } : null;
}

/** number, text or flag; null while the measure names nothing that is there. */
export function typeOf(measure: Measure, signals: Signal[]): MeasureType | null {
  if (measure.fact) return FACTS[measure.fact]?.type ?? null;
  return columnOf(measure, signals)?.column.type ?? null;
}

/** As the server names it: "Length", "Ensemble: Spread of the members", "Language, chosen". */
export function titleOf(measure: Measure, signals: Signal[]): string | null {
  if (measure.fact) return FACTS[measure.fact]?.title ?? measure.fact;
  const found = columnOf(measure, signals);
  if (!found) return typeof measure.signal === "number" ? `signal ${measure.signal}` : null;
  const { signal, column } = found;
  const title = signal.columns.length === 1 ? signal.name : `${signal.name}: ${column.title}`;
  const of = measure.of ?? "margin";
  return signal.level === "response" && of !== "margin" ? `${title}, ${of}` : title;
}

/** The sides a column of a response can be taken of; pairs and records have one value. */
export function sidesOf(signal: Signal, column: Column): Of[] {
  if (signal.level !== "response") return [];
  return column.type === "number" ? ["margin", "chosen", "rejected"] : ["chosen", "rejected"];
}

/** The measure of a signal's column, with the first side that it can have. */
export function measureFor(signal: Signal, column: Column): Measure {
  const side = sidesOf(signal, column)[0];
  return { signal: signal.id, column: column.name, ...(side && side !== "margin" ? { of: side } : {}) };
}

/** The margin that steps without a measure read: a signal's first number. */
export const firstNumber = (signal: Signal): Column | undefined =>
  signal.columns.find((column) => column.type === "number");

/** Signals with a number that says something of two sides. */
export const marginSignals = (signals: Signal[]): Signal[] =>
  signals.filter((signal) => {
    const column = firstNumber(signal);
    return (
      column !== undefined && (signal.level === "response" || (signal.level === "pair" && column.signed))
    );
  });

/** Signals whose first number is a margin of pairs: what zones are made of. */
export const ensembleSignals = (signals: Signal[]): Signal[] =>
  signals.filter((signal) => signal.level === "pair" && firstNumber(signal)?.signed === true);

/** Signals that rate responses. */
export const ratingSignals = (signals: Signal[]): Signal[] =>
  signals.filter((signal) => signal.level === "response" && firstNumber(signal) !== undefined);

export interface NumberSummary {
  count: number;
  mean: number | null;
  min: number | null;
  max: number | null;
}
export interface ValueCount {
  value: string | null;
  count: number;
}

/** The most common values of a text or flag, as its signal counted them. */
export function summaryValues(measure: Measure, signals: Signal[]): ValueCount[] {
  const found = columnOf(measure, signals);
  if (found?.column.type === "flag") return flagValues(found.signal.summary?.columns?.[found.column.name]);
  return listed(found?.signal.summary?.columns?.[found.column.name]);
}

function listed(summary: Record<string, unknown> | undefined): ValueCount[] {
  return Array.isArray(summary?.values) ? (summary.values as ValueCount[]) : [];
}

function flagValues(summary: Record<string, unknown> | undefined): ValueCount[] {
  const known = listed(summary).map((each) => ({ ...each, value: String(each.value).toLowerCase() }));
  return ["true", "false"].map((value) => known.find((each) => each.value === value) ?? { value, count: 0 });
}

/** Every measure a step names, with the parameter that holds it. */
export function measuresOf(step: RecipeStep): { field: string; measure: Measure }[] {
  const fields = {
    filter: ["on"],
    dedup: ["group"],
    length_match: ["length"],
    select: ["by", "group"],
    split: ["group"],
    order: ["by"],
  }[step.type];
  return (fields ?? [])
    .filter((field) => step[field] !== null && step[field] !== undefined)
    .map((field) => ({ field, measure: measureOf(step[field]) }));
}
