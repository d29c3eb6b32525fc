/** Kinds of signals in words: what they are about, what one value belongs to, and what computing them needs. */
import type { Signal } from "@/lib/api/types";
import { formatCount, formatNumber, formatPercent, humanize } from "@/lib/format";
import type { SignalColumn, SignalKind } from "./types";

const UNITS: Record<string, [string, string]> = {
  response: ["response", "responses"],
  pair: ["pair", "pairs"],
  record: ["record", "records"],
};

export const LEVEL_NAMES: Record<string, string> = { response: "Response", pair: "Pair", record: "Record" };

export const LEVELS: Record<string, string> = {
  response: "One value for each response",
  pair: "One value for each labelled pair",
  record: "One value for each record",
};

/** "2,400 responses", "1 pair". */
export function unitsOf(level: string, count: number): string {
  const [one, many] = UNITS[level] ?? ["row", "rows"];
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

export const needsOf = (kind: SignalKind): string =>
  kind.queue === "ml" ? "Runs on the ml worker" : "Runs on any worker";

interface Group {
  title: string;
  /** Beginnings of the words that a kind's name is made of. */
  words: string[];
}

const GROUPS: Group[] = [
  {
    title: "People’s labels",
    words: ["human", "vote", "annotat", "people", "dawid", "adjudicat", "agreement"],
  },
  { title: "Order for budgets", words: ["fifa", "optimal", "curriculum", "order"] },
  {
    title: "Similarity",
    words: [
      "embed",
      "dup",
      "near",
      "minhash",
      "simil",
      "cosine",
      "cluster",
      "map",
      "neighbo",
      "knn",
      "contam",
      "diver",
    ],
  },
  {
    title: "Models",
    words: [
      ...[
        "reward",
        "r01",
        "ensemble",
        "margin",
        "likeli",
        "implicit",
        "legend",
        "dropout",
        "cross",
        "noise",
        "model",
      ],
      ...["judge", "dpo", "cdr", "density", "pool", "difficult", "dynamics", "uncertain", "rank"],
    ],
  },
  {
    title: "Text",
    words: [
      ...[
        "text",
        "length",
        "word",
        "token",
        "lang",
        "read",
        "refus",
        "pii",
        "secret",
        "toxic",
        "profan",
        "code",
      ],
      ...["math", "quote", "style", "prompt", "format", "sound", "personal", "measure"],
    ],
  },
];
const ORDER = ["People’s labels", "Models", "Text", "Similarity", "Order for budgets", "Other"];

/** By the kind's name; one that says nothing belongs to the models when it runs on the ml worker. */
function groupOf(kind: SignalKind): string {
  const words = kind.kind.toLowerCase().split(/[^a-z0-9]+/);
  const found = GROUPS.find((group) =>
    group.words.some((start) => words.some((word) => word.startsWith(start))),
  );
  return found?.title ?? (kind.queue === "ml" ? "Models" : kind.level === "record" ? "Text" : "Other");
}

/** Kinds by what they are about, in the server's order within a group; `filter` leaves those that contain it. */
export function groupKinds(kinds: SignalKind[], filter = ""): { title: string; kinds: SignalKind[] }[] {
  const wanted = filter.trim().toLowerCase();
  const left = kinds.filter((kind) =>
    [kind.kind, kind.title, kind.description, ...kind.columns.map((column) => column.title)]
      .join(" ")
      .toLowerCase()
      .includes(wanted),
  );
  return ORDER.map((title) => ({ title, kinds: left.filter((kind) => groupOf(kind) === title) })).filter(
    (group) => group.kinds.length > 0,
  );
}

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
