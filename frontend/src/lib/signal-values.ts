/** What the columns of a signal say in short, in words and numbers. */
import type { Signal, SignalColumn } from "./api/types";
import { formatNumber, formatPercent, humanize } from "./format";

export interface NumberSummary {
  count: number;
  mean: number | null;
  min: number | null;
  max: number | null;
  histogram: { edges: number[]; counts: number[] };
}

export interface ValueSummary {
  count: number;
  distinct: number;
  values: { value: string; count: number }[];
}

/** The summary of one column; signals of earlier versions have only the one of their score, at the top. */
export function numbersOf(signal: Signal, column: SignalColumn): NumberSummary | null {
  const { summary } = signal;
  if (!summary || column.type !== "number") return null;
  const own = summary.columns?.[column.name];
  if (own) return own as unknown as NumberSummary;
  return signal.columns.find((each) => each.type === "number")?.name === column.name ? summary : null;
}

export function valuesOf(signal: Signal, column: SignalColumn): ValueSummary | null {
  if (column.type === "number") return null;
  return (signal.summary?.columns?.[column.name] as unknown as ValueSummary | undefined) ?? null;
}

/** Words of ours that say nothing by themselves, by column. */
const WORDS: Record<string, string> = {
  "outcome:keep": "close together",
  "outcome:lt3": "fewer than three votes",
  "outcome:spread": "too far apart",
  "outcome:zero": "neither side",
};

/** A text as the signal wrote it; words of ours ("too_few") and flags as people say them. */
export function wordOf(value: string, type: SignalColumn["type"], column = ""): string {
  if (type === "flag") return value === "true" ? "Yes" : "No";
  const known = WORDS[`${column}:${value}`];
  if (known) return known;
  // Ids and hashes are told apart by their beginning.
  if (/^[0-9a-f]{32,}$/.test(value)) return value.slice(0, 8);
  return /^[a-z]+(_[a-z]+)+$/.test(value) ? humanize(value) : value;
}

/** What a signal says in short: the mean of its first number, else its most common value. */
export function gistOf(signal: Signal): { column: string; value: string } | null {
  const number = signal.columns.find((column) => column.type === "number");
  if (number) {
    const summary = numbersOf(signal, number);
    return summary && summary.count > 0
      ? { column: number.title, value: `mean ${formatNumber(summary.mean)}` }
      : null;
  }
  const column = signal.columns[0];
  const summary = column && valuesOf(signal, column);
  const top = summary?.values[0];
  if (!column || !summary || !top) return null;
  const share = formatPercent(top.count / summary.count);
  return { column: column.title, value: `mostly ${wordOf(top.value, column.type, column.name)} (${share})` };
}
