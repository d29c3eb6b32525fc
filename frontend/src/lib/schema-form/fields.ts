/** Which fields the form of a JSON schema has. */
import { sentence } from "@/lib/format";

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

/** Part of a schema; whatever is none has nothing in it. */
export function asSchema(value: unknown): Schema {
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
