import type { Predicate } from "@/lib/api/types";
import type { SearchValues } from "@/lib/use-search-state";

/**
 * Filters of the row browser live in the address, one name each, so that any view can be shared:
 * `?text=sky&outcome=tie&n_labels=ge:2`. Here they become the server's predicate and the chips on the page.
 */

export const OUTCOMES = [
  { value: "preference", label: "preference" },
  { value: "tie", label: "tie" },
  { value: "both_bad", label: "both bad" },
];

export const SOURCES = [
  { value: "human", label: "people" },
  { value: "imported", label: "import" },
  { value: "judge", label: "judge" },
  { value: "adjudicated", label: "adjudication" },
];

const TEXT_FIELDS = { text: "Text", prompt: "Prompt", response: "Response" } as const;
const CHOICE_FIELDS = {
  outcome: { label: "Outcome", options: OUTCOMES },
  source: { label: "Label from", options: SOURCES },
};
const NUMBER_FIELDS = { n_labels: "Labels", turns: "Turns", n_responses: "Responses" } as const;
const NUMBER_OPS = { eq: "=", ge: "≥", le: "≤" } as const;

export type NumberOp = keyof typeof NUMBER_OPS;

export const FILTER_NAMES: readonly string[] = [
  ...Object.keys(TEXT_FIELDS),
  ...Object.keys(CHOICE_FIELDS),
  ...Object.keys(NUMBER_FIELDS),
];

export interface FilterChip {
  name: string;
  label: string;
}

export interface NumberFilter {
  op: NumberOp;
  value: number;
}

/** "ge:2" → at least 2; "2" → exactly 2; anything else is no filter. */
export function parseNumberFilter(text: string | undefined): NumberFilter | null {
  const match = /^(?:(eq|ge|le):)?(\d{1,9})$/.exec(text ?? "");
  if (!match) return null;
  return { op: (match[1] as NumberOp | undefined) ?? "eq", value: Number(match[2]) };
}

export function formatNumberFilter(filter: NumberFilter): string {
  return filter.op === "eq" ? String(filter.value) : `${filter.op}:${filter.value}`;
}

/** The predicate to send, or null when nothing is filtered. Unknown or broken values are left out. */
export function predicateOf(search: SearchValues): Predicate | null {
  const parts: Predicate[] = [];
  for (const field of Object.keys(TEXT_FIELDS)) {
    const value = search[field]?.trim();
    if (value) parts.push({ field, op: "contains", value });
  }
  for (const [field, { options }] of Object.entries(CHOICE_FIELDS)) {
    const value = search[field];
    if (options.some((option) => option.value === value)) parts.push({ field, op: "eq", value: value ?? "" });
  }
  for (const field of Object.keys(NUMBER_FIELDS)) {
    const filter = parseNumberFilter(search[field]);
    if (filter) parts.push({ field, ...filter });
  }
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] ?? null) : { and: parts };
}

/** One chip for each filter that is in force. */
export function chipsOf(search: SearchValues): FilterChip[] {
  const chips: FilterChip[] = [];
  for (const [name, label] of Object.entries(TEXT_FIELDS)) {
    const value = search[name]?.trim();
    if (value) chips.push({ name, label: `${label} contains “${value}”` });
  }
  for (const [name, { label, options }] of Object.entries(CHOICE_FIELDS)) {
    const option = options.find((each) => each.value === search[name]);
    if (option) chips.push({ name, label: `${label}: ${option.label}` });
  }
  for (const [name, label] of Object.entries(NUMBER_FIELDS)) {
    const filter = parseNumberFilter(search[name]);
    if (filter) chips.push({ name, label: `${label} ${NUMBER_OPS[filter.op]} ${filter.value}` });
  }
  return chips;
}

/** The change of address that takes all filters away. */
export function withoutFilters(): SearchValues {
  return Object.fromEntries(FILTER_NAMES.map((name) => [name, undefined]));
}
