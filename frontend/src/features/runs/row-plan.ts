import type { ExportFormat } from "@/components/export-options";
import { type Entries, type SchemaField, shownEntry } from "@/lib/schema-form";
import type { TrainingLoss, TrainingMethod } from "./api";
import { columnName } from "./words";

const optionNames = (format: ExportFormat) =>
  Object.keys((format.options as { properties?: Record<string, unknown> }).properties ?? {});

/** Whether a format has these columns, always or when asked: an option named like a column asks for it. */
const gives = (format: ExportFormat, columns: string[]) => {
  const known = [...format.columns.map((column) => column.name), ...optionNames(format)];
  return columns.every((column) => known.includes(column));
};

/** The formats that a method reads and that can have what a loss needs, the likeliest first. */
export const formatsFor = (
  method: TrainingMethod | undefined,
  loss: TrainingLoss | undefined,
  formats: ExportFormat[],
): ExportFormat[] =>
  (method?.formats ?? []).flatMap((key) =>
    formats.filter((format) => format.key === key && gives(format, loss?.columns ?? [])),
  );

/** The options that ask for what a loss needs; sources of numbers take the first there is. */
export function askedFor(loss: TrainingLoss | undefined, fields: SchemaField[]): Entries {
  const wanted = fields.filter((field) => loss?.columns.includes(field.name));
  return Object.fromEntries(
    wanted.flatMap((field): [string, string | boolean][] => {
      if (field.control === "flag") return [[field.name, true]];
      if (field.control === "choice" && field.options[0]) {
        return [[field.name, String(field.fallback ?? field.options[0].value)]];
      }
      return [];
    }),
  );
}

/** Columns of a loss that nothing was chosen for, by option. */
export function rowProblems(
  loss: TrainingLoss | undefined,
  fields: SchemaField[],
  entries: Entries,
): Record<string, string> {
  const lacking = fields
    .filter((field) => loss?.columns.includes(field.name))
    .filter((field) => ["", false].includes(shownEntry(field, entries) as string | boolean));
  return Object.fromEntries(
    lacking.map((field) => [
      field.name,
      `This loss reads ${columnName(field.name)}${
        field.control === "choice" && field.options.length === 0
          ? ", and this dataset version has no signal that gives them; compute one first."
          : "; say where they come from."
      }`,
    ]),
  );
}
