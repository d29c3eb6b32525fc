import type { PredicateOp } from "@/lib/api/types";
import { formatNumber } from "@/lib/format";

/** One line of a filter of rows: what a person composes. Metadata has its key in the field. */
export interface Condition {
  field: string;
  op: PredicateOp;
  value: string | number | boolean | (string | number)[] | null;
}

export type Joined = "and" | "or";

export interface Conditions {
  joined: Joined;
  conditions: Condition[];
}

export const METADATA = "metadata.";
const TEXT_OPS: readonly PredicateOp[] = ["contains", "eq", "ne"];
const NUMBER_OPS: readonly PredicateOp[] = ["ge", "le", "eq", "ne"];

export const ROW_FIELDS: { value: string; label: string; ops: readonly PredicateOp[]; number?: boolean }[] = [
  { value: "prompt", label: "Prompt", ops: TEXT_OPS },
  { value: "response", label: "Any response", ops: TEXT_OPS },
  { value: "text", label: "Any text", ops: TEXT_OPS },
  { value: "turns", label: "Turns", ops: NUMBER_OPS, number: true },
  { value: "n_responses", label: "Responses", ops: NUMBER_OPS, number: true },
  { value: "n_labels", label: "Labels", ops: NUMBER_OPS, number: true },
  { value: "context", label: "Context", ops: TEXT_OPS },
  { value: "outcome", label: "Outcome of a label", ops: ["eq", "ne"] },
  { value: "source", label: "Source of a label", ops: ["eq", "ne"] },
  { value: METADATA, label: "Metadata", ops: ["eq", "ne", "contains", "ge", "le"] },
];

export const OP_WORDS: Record<PredicateOp, string> = {
  eq: "is",
  ne: "is not",
  contains: "contains",
  in: "is one of",
  lt: "below",
  le: "at most",
  gt: "above",
  ge: "at least",
};

/** The entry of ROW_FIELDS that a condition's field belongs to. */
export const fieldOf = (name: string) =>
  ROW_FIELDS.find((each) => (name.startsWith(METADATA) ? each.value === METADATA : each.value === name));

/** Whether a condition compares numbers, which metadata does by its operator alone. */
export const comparesNumbers = ({ field, op }: Condition) =>
  fieldOf(field)?.number === true || op === "ge" || op === "le" || op === "lt" || op === "gt";

/** The lines of a filter, or null for one that is nested deeper than lines can show. */
export function conditionsOf(where: unknown): Conditions | null {
  if (typeof where !== "object" || where === null) return { joined: "and", conditions: [] };
  const given = where as Record<string, unknown>;
  for (const joined of ["and", "or"] as const) {
    const parts = given[joined];
    if (Array.isArray(parts)) return parts.every(isLine) ? { joined, conditions: parts } : null;
  }
  if (isLine(where)) return { joined: "and", conditions: [where] };
  return Object.keys(given).length === 0 ? { joined: "and", conditions: [] } : null;
}

function isLine(part: unknown): part is Condition {
  const { field, value } = (part ?? {}) as Partial<Condition>;
  return typeof field === "string" && fieldOf(field) !== undefined && !Array.isArray(value);
}

export function whereOf({ joined, conditions }: Conditions): Record<string, unknown> {
  return { [joined]: conditions };
}

/** What keeps a filter from being sent, in words. */
export function conditionsProblem(where: unknown): string | null {
  const lines = conditionsOf(where);
  if (!lines) return null;
  if (lines.conditions.length === 0) return "Say which rows.";
  for (const condition of lines.conditions) {
    if (condition.field === METADATA) return "Name the key of the metadata.";
    if (condition.value === null || condition.value === "") return "Say what to compare with.";
  }
  return null;
}

/** "prompt contains “cat” and turns at least 2" */
export function conditionsWords(where: unknown): string {
  const lines = conditionsOf(where);
  if (!lines) return "a filter written elsewhere";
  if (lines.conditions.length === 0) return "any row yet";
  return lines.conditions.map(lineWords).join(` ${lines.joined} `);
}

function lineWords({ field, op, value }: Condition): string {
  const name = field.startsWith(METADATA)
    ? field.slice(METADATA.length) || "metadata"
    : (fieldOf(field)?.label.toLowerCase() ?? field);
  const words = typeof value === "number" ? formatNumber(value) : value === null ? "?" : `“${value}”`;
  return `${name} ${OP_WORDS[op]} ${words}`;
}

/** Another field, with an operator and a value it understands. */
export function withField(condition: Condition, field: string): Condition {
  const { ops, number } = fieldOf(field) ?? { ops: TEXT_OPS, number: false };
  const op = ops.includes(condition.op) ? condition.op : (ops[0] ?? "eq");
  const choices = CHOICES[field];
  const kept = (typeof condition.value === "number") === Boolean(number) && !choices;
  const fresh = choices?.[0]?.value ?? (number ? null : "");
  return { field, op, value: kept ? condition.value : fresh };
}

/** Fields whose values are known. */
export const CHOICES: Record<string, { value: string; label: string }[]> = {
  outcome: [
    { value: "preference", label: "preference" },
    { value: "tie", label: "tie" },
    { value: "both_bad", label: "both bad" },
  ],
  source: [
    { value: "human", label: "people" },
    { value: "adjudicated", label: "adjudication" },
    { value: "judge", label: "judge" },
    { value: "imported", label: "import" },
  ],
};
