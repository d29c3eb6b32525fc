/** What a signal was made with, in words: labelled facts, grouped where the server groups them. */
import type { Signal } from "@/lib/api/types";
import { formatCount, formatNumber, formatPercent, humanize, NONE, sentence } from "@/lib/format";
import { valuesOf } from "@/lib/signal-values";
import type { SignalKind } from "./types";

export interface Fact {
  label: string;
  value: string;
  /** An id or a hash: shown in code type, its whole in a hint. */
  code?: string;
}

export interface FactTable {
  title: string;
  header: { name: string; label: string; numeric: boolean }[];
  rows: string[][];
}

export interface Provenance {
  facts: Fact[];
  /** Facts about one thing that was used: a model, its accuracy. */
  groups: { title: string; facts: Fact[] }[];
  tables: FactTable[];
}

type Values = Record<string, unknown>;

const LABELS: Record<string, string> = {
  algorithm: "Kind",
  version: "Version of the method",
  model: "Model",
  model_id: "Model’s number",
  revision: "Revision of its files",
  trained_on_pairs: "Pairs learned from",
  l2_by_fold: "Regularisation (L2) of each fold",
  l2_at_edge: "Regularisation at the edge of its grid",
  converged: "Training settled",
  mean_out_of_fold: "Mean margin on pairs not learned from",
  mean_in_sample: "Mean margin on pairs learned from",
  embeddings: "Embeddings",
  tokens_per_window: "Tokens read at once",
  max_windows: "Windows of a long text",
  key: "Key of these options",
  test_set: "Test set",
  test_set_hash: "Content of the test set",
  test_items: "Rows of the test set",
  rows_scanned: "Rows looked at",
  untestable_items: "Items too short to look for",
  proofs_found: "Proofs found",
  share_of_test_items: "Share of the test items found",
  alarm: "More than by chance",
  groups: "Groups",
  rows_in_larger_groups: "Rows in groups of two or more",
  copied_rows: "Rows whose texts occur again",
  contradictory_rows: "Rows whose copies have opposite labels",
  shingles: "Compared by runs of",
  bands: "Bands (MinHash)",
  rows: "Rows in a band (MinHash)",
  pairs_read: "Pairs read",
  recommended_column: "Column to use",
  correlation_with_length: "Correlation with length",
  pairs_with_a_preference: "Pairs with a preference",
  known_verdicts: "Verdicts taken as known",
  annotators: "Voters",
  prior_of_a_tie: "Share of ties assumed",
  iterations: "Rounds until it settled",
  ordered: "Prompts with a place in the order",
  max_tokens: "Tokens read at most",
  truncation: "Long texts",
  device: "Computed on",
  torch: "torch",
  transformers: "transformers",
  peft: "peft",
};
/** Shares of a whole, said in percent. */
const SHARES = /(^|_)(share|accuracy|skill|coverage|right)(_|$)|^prior_of/;
const CODES = /(^|_)(hash|revision|key|row|item)$/;
/** Shown elsewhere: the proofs have a list of their own. */
const ELSEWHERE = new Set(["proofs", "nearest_test_items", "nearest_to_the_limit"]);
const LONGEST_CODE = 12;

/** `kind` where it is known: what is set of it stands among the parameters and is not said again. */
export function provenanceOf(signal: Signal, kind: SignalKind | undefined): Provenance {
  const { algorithm, ...rest } = signal.provenance as Values;
  const title = kind?.title ?? (typeof algorithm === "string" ? sentence(algorithm) : null);
  const asked = new Set([
    ...Object.keys(signal.params),
    ...Object.keys(asValues(kind?.params_schema.properties)),
  ]);
  const found: Provenance = { facts: [], groups: [], tables: [] };
  if (title) found.facts.push({ label: "Kind", value: title });
  for (const [name, value] of inOrder(rest)) {
    if (ELSEWHERE.has(name) || asked.has(name) || value === null || value === "") continue;
    if (isValues(value)) found.groups.push({ title: labelOf(name), facts: factsOf(value) });
    else if (isTable(value)) found.tables.push(tableOf(name, value));
    else found.facts.push(factOf(name, value));
  }
  return found;
}

function factsOf(values: Values): Fact[] {
  return inOrder(values)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => factOf(name, value));
}

export function factOf(name: string, value: unknown): Fact {
  const label = labelOf(name);
  if (typeof value === "string" && CODES.test(name) && value.length > LONGEST_CODE) {
    return { label, value: `${value.slice(0, LONGEST_CODE)}…`, code: value };
  }
  return { label, value: inWords(name, value) };
}

const PLACES = new Map(Object.keys(LABELS).map((name, at) => [name, at]));

/** As the words above are listed; what they do not name comes last. */
function inOrder(values: Values): [string, unknown][] {
  const place = (name: string) => PLACES.get(name) ?? PLACES.size;
  return Object.entries(values).sort(([a], [b]) => place(a) - place(b));
}

export const labelOf = (name: string): string => LABELS[name] ?? sentence(name);

export function inWords(name: string, value: unknown): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") {
    if (SHARES.test(name) && value >= 0 && value <= 1) return formatPercent(value, 1);
    return Number.isInteger(value) && !name.endsWith("_id") ? formatCount(value) : formatNumber(value);
  }
  if (typeof value === "string") return /^[a-z]+(_[a-z]+)+$/.test(value) ? humanize(value) : value;
  if (Array.isArray(value)) return value.map((each) => inWords(name, each)).join(", ");
  return JSON.stringify(value);
}

function tableOf(name: string, rows: Values[]): FactTable {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((each) =>
    rows.some((row) => row[each] !== null && row[each] !== undefined),
  );
  return {
    title: labelOf(name),
    header: names.map((each) => ({
      name: each,
      label: labelOf(each),
      numeric: rows.every((row) => typeof row[each] === "number"),
    })),
    rows: rows.map((row) => names.map((each) => inWords(each, row[each]))),
  };
}

const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const asValues = (value: unknown): Values => (isValues(value) ? value : {});
const isTable = (value: unknown): value is Values[] =>
  Array.isArray(value) && value.length > 0 && value.every(isValues);

/** Where a test item was found, and the words that show it. */
export interface Proof {
  row: string;
  benchmark: string;
  item: string;
  /** The rule: runs of 13 or 8 words, or the length of an item that was found whole. */
  n: number;
  coverage: number;
  part: string;
  ngram: string;
}

export function proofsOf(signal: Signal): Proof[] {
  const { proofs } = signal.provenance as { proofs?: unknown };
  return isTable(proofs) ? (proofs as unknown as Proof[]) : [];
}

/** Two prompts that a model finds alike; the second is a row of the same version, or an item of a test set. */
export interface Likeness {
  row: string;
  prompt: string;
  other: string;
  otherPrompt: string;
  ofTestSet: boolean;
  cosine: number;
}

/** What shows whether likeness was measured rightly: the nearest test items, or the pairs nearest to the limit. */
export function likenessesOf(signal: Signal): Likeness[] {
  const { nearest_test_items: tests, nearest_to_the_limit: pairs } = signal.provenance as Values;
  if (isTable(tests)) {
    return tests.map((each) => likeness(each, each.item, each.test_prompt, true));
  }
  return isTable(pairs) ? pairs.map((each) => likeness(each, each.duplicate_of, each.its_prompt, false)) : [];
}

function likeness(each: Values, other: unknown, otherPrompt: unknown, ofTestSet: boolean): Likeness {
  return {
    row: String(each.row),
    prompt: String(each.prompt),
    other: String(other),
    otherPrompt: String(otherPrompt),
    ofTestSet,
    cosine: Number(each.cosine),
  };
}

/** Columns of text whose values are the smallest id among the rows that belong together. */
const GROUP_COLUMNS: Record<string, string> = { duplicates: "prompt_group", prompt_map: "meaning_group" };
const GROUPS_SHOWN = 10;

/** The largest groups of two or more rows, each with one of its rows. */
export function groupsOf(signal: Signal): { record: string; count: number }[] {
  const column = signal.columns.find((each) => each.name === GROUP_COLUMNS[signal.kind]);
  const values = column && valuesOf(signal, column)?.values;
  return (values ?? [])
    .filter((each) => each.count > 1)
    .slice(0, GROUPS_SHOWN)
    .map((each) => ({ record: each.value, count: each.count }));
}
