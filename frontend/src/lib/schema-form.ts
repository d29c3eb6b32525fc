/**
 * Forms drawn from a JSON schema: which fields there are, what they hold, and what is sent. Only the part of JSON
 * schema that parameters use; whatever else a schema says can still be written as JSON.
 */
import { sentence } from "./format";

export type SchemaFormat = "signal" | "model" | "dataset" | "dataset_version" | "judge";

export interface SchemaOption {
  value: string | number;
  label: string;
}

interface FieldBase {
  name: string;
  label: string;
  description: string | null;
  required: boolean;
  /** What the server takes when nothing is sent; undefined where the schema names none. */
  fallback: unknown;
}

export type SchemaField = FieldBase &
  (
    | { control: "number"; whole: boolean; min: Bound | null; max: Bound | null }
    | { control: "text"; longest: number | null }
    | { control: "flag" }
    | { control: "choice"; options: SchemaOption[] }
    /** Several of some options. */
    | { control: "choices"; options: SchemaOption[]; fewest: number }
    /** Several words, one a line. */
    | { control: "lines"; number: boolean; fewest: number }
    | {
        control: "pick";
        format: SchemaFormat;
        modelKind: string | null;
        level: string | null;
        holds: string | null;
        whole: boolean;
      }
    | {
        control: "picks";
        format: SchemaFormat;
        modelKind: string | null;
        level: string | null;
        holds: string | null;
        whole: boolean;
        fewest: number;
      }
    /** A column of the signal that another field picks. */
    | { control: "column"; of: string }
    /** Several things of a few words each, such as a title and a description. */
    | { control: "items"; parts: ItemPart[]; fewest: number; most: number | null }
    | { control: "json" }
  );

export interface Bound {
  value: number;
  /** Whether the bound itself is out. */
  open: boolean;
}

/** One text of an item. */
export interface ItemPart {
  name: string;
  label: string;
  required: boolean;
  longest: number | null;
}

export type ItemEntry = Record<string, string>;

/** What stands in a control: text as typed, several values, or a tick. Fields nobody touched have no entry. */
export type Entry = string | string[] | ItemEntry[] | boolean;
export type Entries = Record<string, Entry>;

type Schema = Record<string, unknown>;
const FORMATS = new Set<unknown>(["signal", "model", "dataset", "dataset_version", "judge"]);

/** `overrides` adds what a schema leaves unsaid, by property. */
export function fieldsOf(given: Schema, overrides: Record<string, Schema> = {}): SchemaField[] {
  const schema = resolved(given, asSchema(given.$defs));
  const properties = asSchema(schema.properties);
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(properties).map(([name, property]) =>
    fieldOf(name, { ...asSchema(property), ...overrides[name] }, required.has(name)),
  );
}

function fieldOf(name: string, given: Schema, required: boolean): SchemaField {
  const schema = withoutNull(given);
  const base: FieldBase = {
    name,
    label: textOf(schema.title) ?? sentence(name),
    description: textOf(schema.description),
    required: required && !acceptsNull(given),
    fallback: schema.default ?? undefined,
  };
  const whole = schema.type === "integer";
  if (FORMATS.has(schema.format)) return { ...base, control: "pick", ...pickOf(schema) };
  const options = optionsOf(schema);
  if (options) return { ...base, control: "choice", options };
  if (whole || schema.type === "number") {
    return { ...base, control: "number", whole, min: lowest(schema), max: highest(schema) };
  }
  if (schema.type === "boolean") return { ...base, control: "flag" };
  if (schema.format === "signal_column") {
    return { ...base, control: "column", of: name.replace(/_column$/, "") };
  }
  if (schema.type === "string") return { ...base, control: "text", longest: numberOf(schema.maxLength) };
  if (schema.type === "array") return listOf(base, schema);
  return { ...base, control: "json" };
}

function listOf(base: FieldBase, schema: Schema): SchemaField {
  const items = withoutNull(asSchema(schema.items));
  const fewest = Math.max(numberOf(schema.minItems) ?? 0, base.required ? 1 : 0);
  if (FORMATS.has(items.format)) return { ...base, control: "picks", ...pickOf(items), fewest };
  const options = optionsOf(items);
  if (options) return { ...base, control: "choices", options, fewest };
  const parts = partsOf(items);
  if (parts) return { ...base, control: "items", parts, fewest, most: numberOf(schema.maxItems) };
  const number = items.type === "integer" || items.type === "number";
  if (number || items.type === "string") return { ...base, control: "lines", number, fewest };
  return { ...base, control: "json" };
}

function pickOf(schema: Schema) {
  return {
    format: schema.format as SchemaFormat,
    modelKind: textOf(schema.kind),
    level: textOf(schema.level),
    holds: textOf(schema.holds),
    whole: schema.type !== "string",
  };
}

/** What `$ref` points to, in its place. A schema that holds itself stays a reference below its first level. */
function resolved(schema: Schema, definitions: Schema, within: string[] = []): Schema {
  const name = typeof schema.$ref === "string" ? schema.$ref.replace("#/$defs/", "") : null;
  if (name !== null) {
    if (within.includes(name)) return {};
    const { $ref: _, ...rest } = schema;
    return { ...resolved(asSchema(definitions[name]), definitions, [...within, name]), ...rest };
  }
  const deeper = (each: unknown) => resolved(asSchema(each), definitions, within);
  const found: Schema = { ...schema };
  if (schema.properties) {
    found.properties = Object.fromEntries(
      Object.entries(asSchema(schema.properties)).map(([each, property]) => [each, deeper(property)]),
    );
  }
  if (schema.items) found.items = deeper(schema.items);
  if (Array.isArray(schema.anyOf)) found.anyOf = schema.anyOf.map(deeper);
  return found;
}

/** The parts of items that are texts only; null for anything deeper. */
function partsOf(schema: Schema): ItemPart[] | null {
  if (schema.type !== "object") return null;
  const properties = Object.entries(asSchema(schema.properties));
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  if (properties.length === 0 || properties.some(([, each]) => asSchema(each).type !== "string")) return null;
  return properties.map(([name, property]) => ({
    name,
    label: textOf(asSchema(property).title) ?? sentence(name),
    required: required.has(name),
    longest: numberOf(asSchema(property).maxLength),
  }));
}

/** Options of an `enum`, or of `oneOf` constants with titles. */
function optionsOf(schema: Schema): SchemaOption[] | null {
  if (Array.isArray(schema.enum)) {
    return schema.enum.filter(isOptionValue).map((value) => ({ value, label: sentence(String(value)) }));
  }
  if (!Array.isArray(schema.oneOf)) return null;
  const options: SchemaOption[] = [];
  for (const each of schema.oneOf.map(asSchema)) {
    if (!isOptionValue(each.const)) return null;
    options.push({ value: each.const, label: textOf(each.title) ?? sentence(String(each.const)) });
  }
  return options;
}

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

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}

/** `["integer", "null"]` and `anyOf` with null say the same as a field that may stay empty. */
function withoutNull(schema: Schema): Schema {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((each) => each !== "null");
    return { ...schema, type: types.length === 1 ? types[0] : undefined };
  }
  if (!Array.isArray(schema.anyOf)) return schema;
  const rest = schema.anyOf.map(asSchema).filter((each) => each.type !== "null");
  return rest.length === 1 ? { ...schema, ...rest[0] } : schema;
}

function acceptsNull(schema: Schema): boolean {
  if (Array.isArray(schema.type)) return schema.type.includes("null");
  return Array.isArray(schema.anyOf) && schema.anyOf.some((each) => asSchema(each).type === "null");
}

function lowest(schema: Schema): Bound | null {
  return bound(schema.minimum, false) ?? bound(schema.exclusiveMinimum, true);
}

function highest(schema: Schema): Bound | null {
  return bound(schema.maximum, false) ?? bound(schema.exclusiveMaximum, true);
}

function bound(value: unknown, open: boolean): Bound | null {
  return typeof value === "number" ? { value, open } : null;
}

const isOptionValue = (value: unknown): value is string | number =>
  typeof value === "string" || typeof value === "number";
const textOf = (value: unknown): string | null => (typeof value === "string" && value ? value : null);
const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
