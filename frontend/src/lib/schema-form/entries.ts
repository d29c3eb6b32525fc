/** What stands in the fields of a schema's form, what is wrong with it, and what is sent. */
import { asSchema, type Bound, type ItemPart, type SchemaField } from "./fields";

export type ItemEntry = Record<string, string>;

/** What stands in a control: text as typed, several values, or a tick. Fields nobody touched have no entry. */
export type Entry = string | string[] | ItemEntry[] | boolean;
export type Entries = Record<string, Entry>;

/** What a control shows: the person's entry, else what the server would take. */
export function shownEntry(field: SchemaField, entries: Entries): Entry {
  const entry = entries[field.name];
  if (entry !== undefined) return entry;
  const { fallback } = field;
  switch (field.control) {
    case "flag":
      return fallback === true;
    case "choices":
    case "picks":
      return Array.isArray(fallback) ? fallback.map(String) : [];
    case "items":
      return Array.isArray(fallback) ? fallback.map((each) => itemOf(field.parts, each)) : [];
    case "lines":
      return Array.isArray(fallback) ? fallback.map(String).join("\n") : "";
    case "json":
      return fallback === undefined ? "" : JSON.stringify(fallback);
    default:
      return fallback === undefined ? "" : String(fallback);
  }
}

const itemOf = (parts: ItemPart[], given: unknown): ItemEntry =>
  Object.fromEntries(parts.map(({ name }) => [name, String(asSchema(given)[name] ?? "")]));

/** The texts of an entry that is several of them. */
export const textsIn = (entry: Entry): string[] =>
  Array.isArray(entry) ? entry.filter((each) => typeof each === "string") : [];

/** The items of an entry that is several of them. */
export const itemsIn = (entry: Entry): ItemEntry[] =>
  Array.isArray(entry) ? entry.filter((each) => typeof each === "object") : [];

type Read = { value: unknown } | { problem: string } | "empty";

/** A control's content as the value it stands for. */
function read(field: SchemaField, entry: Entry): Read {
  if (typeof entry === "boolean") return { value: entry };
  if (field.control === "choices" || field.control === "picks") return readSeveral(field, entry);
  if (field.control === "items") return readItems(field, itemsIn(entry));
  const text = (Array.isArray(entry) ? textsIn(entry).join("\n") : entry).trim();
  if (text === "") return "empty";
  switch (field.control) {
    case "number":
      return readNumber(field, text);
    case "choice":
      return { value: field.options.find((option) => String(option.value) === text)?.value ?? text };
    case "pick":
      return { value: field.whole ? Number(text) : text };
    case "lines":
      return readLines(field, text);
    case "json":
      return readJson(text);
    case "text":
      if (field.longest !== null && text.length > field.longest) {
        return { problem: `At most ${field.longest} characters.` };
      }
      return { value: text };
    default:
      return { value: text };
  }
}

function readSeveral(field: SchemaField & { control: "choices" | "picks" }, entry: Entry): Read {
  const chosen = textsIn(entry);
  if (chosen.length === 0) return "empty";
  if (chosen.length < field.fewest) return { problem: `Choose at least ${field.fewest}.` };
  if (field.control === "picks") return { value: field.whole ? chosen.map(Number) : chosen };
  // In the order of the options, so that the order of clicks makes no other signal.
  const values = field.options.map((option) => option.value);
  return { value: values.filter((value) => chosen.includes(String(value))) };
}

/** Items nothing was written in do not count. */
function readItems(field: SchemaField & { control: "items" }, items: ItemEntry[]): Read {
  const trimmed = items.map((item) =>
    Object.fromEntries(field.parts.map(({ name }) => [name, (item[name] ?? "").trim()])),
  );
  const filled = trimmed.filter((item) => Object.values(item).some((text) => text !== ""));
  if (filled.length === 0) return "empty";
  for (const part of field.parts) {
    const lacking = filled.findIndex((item) => part.required && item[part.name] === "");
    if (lacking >= 0) return { problem: `Number ${lacking + 1} has no ${part.label.toLowerCase()}.` };
  }
  if (filled.length < field.fewest) return { problem: `Give at least ${field.fewest}.` };
  return { value: filled };
}

function readLines(field: SchemaField & { control: "lines" }, text: string): Read {
  const lines = text.split("\n").map((line) => line.trim());
  const filled = lines.filter((line) => line !== "");
  if (filled.length < field.fewest) return { problem: `Give at least ${field.fewest}, one a line.` };
  if (!field.number) return { value: filled };
  const numbers = filled.map(Number);
  return numbers.every(Number.isFinite) ? { value: numbers } : { problem: "One number a line." };
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: "This is not valid JSON." };
  }
}

function readNumber(field: SchemaField & { control: "number" }, text: string): Read {
  const value = Number(text.replace("−", "-").replace(",", "."));
  const fits =
    Number.isFinite(value) &&
    (!field.whole || Number.isInteger(value)) &&
    (field.min === null || (field.min.open ? value > field.min.value : value >= field.min.value)) &&
    (field.max === null || (field.max.open ? value < field.max.value : value <= field.max.value));
  return fits ? { value } : { problem: `Give ${rangeOf(field)}.` };
}

/** "a whole number from 3 to 20", "a number above 0". */
export function rangeOf(field: { whole: boolean; min: Bound | null; max: Bound | null }): string {
  const { min, max } = field;
  const what = field.whole ? "a whole number" : "a number";
  if (min && max && !min.open && !max.open) return `${what} from ${min.value} to ${max.value}`;
  const low = min && (min.open ? `above ${min.value}` : `of at least ${min.value}`);
  const high = max && (max.open ? `below ${max.value}` : `of at most ${max.value}`);
  return [what, [low, high].filter(Boolean).join(" and ")].filter(Boolean).join(" ");
}

/** What is wrong, by field; empty when the form can be sent. */
export function problemsOf(fields: SchemaField[], entries: Entries): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const found = read(field, shownEntry(field, entries));
    if (found === "empty") {
      if (field.required && field.fallback === undefined) problems[field.name] = missingOf(field);
    } else if ("problem" in found) {
      problems[field.name] = found.problem;
    }
  }
  return problems;
}

function missingOf(field: SchemaField): string {
  const chosen = ["choice", "choices", "pick", "picks"].includes(field.control);
  if (field.control === "number") return `Give ${rangeOf(field)}.`;
  return chosen ? "Choose one." : "This is needed.";
}

/**
 * What is sent: what is required, and what was set to something else than the server takes anyway. A value put back
 * to its default is left out, so that asking the same makes no second signal.
 */
export function paramsOf(fields: SchemaField[], entries: Entries): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const field of fields) {
    const found = read(field, shownEntry(field, entries));
    if (found === "empty" || "problem" in found) {
      if (field.required && field.fallback !== undefined) params[field.name] = field.fallback;
      continue;
    }
    const untouched = field.fallback ?? (field.control === "flag" ? false : undefined);
    const isSet = entries[field.name] !== undefined && !same(found.value, untouched);
    if (field.required || isSet) params[field.name] = found.value;
  }
  return params;
}

/** What stands in the controls of something that was sent before. */
export function entriesOf(fields: SchemaField[], params: Record<string, unknown>): Entries {
  const known = fields.filter((field) => params[field.name] !== undefined && params[field.name] !== null);
  return Object.fromEntries(
    known.map((field) => [field.name, shownEntry({ ...field, fallback: params[field.name] }, {})]),
  );
}

/**
 * Refusals of the server by field: `params.seed`, `params.signals.0`, `options.criteria[1].title`. Where its message speaks of one field, that
 * whole sentence stands there and not the field's word.
 */
export function refusalsOf(
  fields: SchemaField[],
  refused: Record<string, string>,
  message = "",
  within = "params",
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, text] of Object.entries(refused)) {
    const [root, name] = key.split(/[.[]/);
    if (root !== within || name === undefined || !fields.some((field) => field.name === name)) continue;
    found[name] = found[name] ? `${found[name]} ${text}` : text;
  }
  const [, root, spoken, said] = /^(\w+)\.(\w+): (.+)$/s.exec(message) ?? [];
  if (root === within && spoken && said && found[spoken])
    found[spoken] = said.charAt(0).toUpperCase() + said.slice(1);
  return found;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
