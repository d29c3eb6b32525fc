import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import type { Page, Signal } from "@/lib/api/types";
import { asSentence } from "@/lib/format";
import { fieldsOf, type SchemaField, type SchemaOption } from "@/lib/schema-form";

export type ExportFormat = components["schemas"]["ExportFormatEntry"];

/** What a snapshot can be written as. */
export const exportFormatsQuery = queryOptions({
  queryKey: ["export-formats"],
  queryFn: ({ signal }) => api.get<ExportFormat[]>("/api/export-formats/", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const signalsQuery = (version: number) =>
  queryOptions({
    queryKey: ["signals", version, "all"],
    queryFn: ({ signal }) => api.get<Page<Signal>>(`/api/dataset-versions/${version}/signals/`, { signal }),
  });

type Schema = Record<string, unknown>;

/** Where the numbers of an option come from: signals of single responses, or of pairs too, and how strong votes were. */
export function sourcesOf(format: unknown, signals: Signal[]): SchemaOption[] | null {
  if (format !== "score-source" && format !== "margin-source") return null;
  const isMargin = format === "margin-source";
  const usable = signals.filter(
    (signal) =>
      signal.state === "ready" && (signal.level === "response" || (isMargin && signal.level === "pair")),
  );
  return [
    ...(isMargin ? [{ value: "strength", label: "How much better people said it is" }] : []),
    ...usable.map((signal) => ({ value: `signal:${signal.id}`, label: signal.name })),
  ];
}

/** The options of a format as fields; sources of numbers become lists of what this dataset version has. */
export function optionFields(
  schema: Schema,
  signals: Signal[],
  tokenizers: SchemaOption[],
): Exclude<SchemaField, { control: "pick" | "picks" | "column" }>[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  return fieldsOf(schema).flatMap((field) => {
    if (field.control === "pick" || field.control === "picks" || field.control === "column") return [];
    const { label, required, fallback, name } = field;
    const description = field.description && asSentence(field.description);
    if (name === "tokenizer" && tokenizers.length > 0) {
      return [
        { name, label, required, fallback, description, control: "choice" as const, options: tokenizers },
      ];
    }
    const sources = sourcesOf(properties[name]?.format, signals);
    if (!sources) return [{ ...field, description }];
    return [{ name, label, required, fallback, description, control: "choice" as const, options: sources }];
  });
}
