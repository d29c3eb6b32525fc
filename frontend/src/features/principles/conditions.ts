import type { PrincipleConditions } from "@/lib/api/types";

/** The conditions as the editor's fields hold them. */
export interface ConditionTexts {
  tags: string;
  keywords: string;
  /** One "key = value, value" a line. */
  metadata: string;
}

const QUOTED = '"(?:[^"]|"")*"';
const VALUE = new RegExp(`\\s*(${QUOTED}|[^,]*?)\\s*(?:,|$)`, "y");
const LINE = new RegExp(`^\\s*(${QUOTED}|[^=]*?)\\s*=(.*)$`, "s");

/** Values that a comma, a quote or an equals sign would tear stand in quotes. */
function written(value: string): string {
  return /[",=\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function read(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1).replaceAll('""', '"')
    : text;
}

/** Values between commas; "a, b" in quotes is one. */
export function valuesOf(text: string): string[] {
  const values: string[] = [];
  VALUE.lastIndex = 0;
  while (VALUE.lastIndex < text.length) {
    const found = VALUE.exec(text);
    // What follows a closing quote belongs to no value: taken as it stands.
    if (!found) return text.split(",").map((each) => each.trim());
    values.push(read(found[1] ?? ""));
  }
  return values.filter((value) => value.trim() !== "");
}

/** Lines that are not inside quotes. */
const linesOf = (text: string): string[] => text.match(new RegExp(`(?:${QUOTED}|[^\\n])+`, "g")) ?? [];

export function textsOf(conditions: PrincipleConditions): ConditionTexts {
  const { tags = [], keywords = [], metadata = {} } = conditions;
  return {
    tags: tags.map(written).join(", "),
    keywords: keywords.map(written).join(", "),
    metadata: Object.entries(metadata)
      .map(([key, values]) => `${written(key)} = ${values.map(written).join(", ")}`)
      .join("\n"),
  };
}

/** What the fields say, without empty parts; `fault` where a line of the metadata says nothing. */
export function conditionsOf(texts: ConditionTexts): { conditions: PrincipleConditions; fault?: string } {
  const conditions: PrincipleConditions = {};
  const tags = valuesOf(texts.tags);
  const keywords = valuesOf(texts.keywords);
  if (tags.length > 0) conditions.tags = tags;
  if (keywords.length > 0) conditions.keywords = keywords;
  const metadata: [string, string[]][] = [];
  for (const line of linesOf(texts.metadata).filter((each) => each.trim() !== "")) {
    const [, key = "", rest = ""] = LINE.exec(line) ?? [];
    const values = valuesOf(rest);
    if (read(key).trim() === "" || values.length === 0)
      return { conditions, fault: `“${line.trim()}”: write a key, an equals sign and its values.` };
    metadata.push([read(key), values]);
  }
  if (metadata.length > 0) conditions.metadata = Object.fromEntries(metadata);
  return { conditions };
}

const oneOf = (values: readonly string[]): string =>
  new Intl.ListFormat("en", { type: "disjunction" }).format(values);

/** The rows a principle is about, in words; empty for every row. */
export function conditionWords({ tags, keywords, metadata }: PrincipleConditions): string[] {
  return [
    ...(tags ? [`tagged ${oneOf(tags)}`] : []),
    ...Object.entries(metadata ?? {}).map(([key, values]) => `${key} is ${oneOf(values)}`),
    ...(keywords ? [`prompt mentions ${oneOf(keywords)}`] : []),
  ];
}
