/** What an export's manifest says, read with care: its shape grew with the formats. */
import type { DataExport } from "@/lib/api/types";

type Facts = Record<string, unknown>;

const asFacts = (value: unknown): Facts =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Facts) : {};
const asNumber = (value: unknown): number | null => (typeof value === "number" ? value : null);
const asText = (value: unknown): string => (typeof value === "string" ? value : "");

const numbersIn = (value: unknown): Record<string, number> =>
  Object.fromEntries(
    Object.entries(asFacts(value)).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );

/** Rows by split. */
export const rowsOf = (data: DataExport): Record<string, number> => numbersIn(data.manifest.rows);

/** Candidates that made no row, by reason, most frequent first. */
export const droppedOf = (data: DataExport): [string, number][] =>
  Object.entries(numbersIn(data.manifest.dropped))
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);

export const warningsOf = (data: DataExport): string[] =>
  Array.isArray(data.manifest.warnings)
    ? data.manifest.warnings.filter((each) => typeof each === "string")
    : [];

export interface ExportColumn {
  name: string;
  description: string;
  readBy: string;
}

export function columnsOf(data: DataExport): ExportColumn[] {
  const columns: unknown = data.manifest.columns;
  if (!Array.isArray(columns)) return [];
  return columns.map(asFacts).map((column) => ({
    name: asText(column.name),
    description: asText(column.description),
    readBy: asText(column.read_by),
  }));
}

/** What a trainer will do with rows that are too long for it. */
export interface Cuts {
  dropped: number;
  truncated: number;
}

export interface LengthForecast {
  tokenizer: string;
  maxLength: number | null;
  /** By trainer, which treat long rows differently. */
  trainers: { trainer: string; train: Cuts; test: Cuts }[];
}

const cutsIn = (value: unknown): Cuts => ({
  dropped: asNumber(asFacts(value).dropped) ?? 0,
  truncated: asNumber(asFacts(value).truncated) ?? 0,
});

/** What trainers will leave out and cut, where a tokenizer was chosen for the export. */
export function forecastOf(data: DataExport): LengthForecast | null {
  const tokens = asFacts(asFacts(data.manifest.lengths).tokens);
  const trainers = Object.entries(asFacts(tokens.trainers));
  if (trainers.length === 0) return null;
  return {
    tokenizer: asText(tokens.tokenizer),
    maxLength: asNumber(tokens.max_length),
    trainers: trainers.map(([trainer, splits]) => ({
      trainer,
      train: cutsIn(asFacts(splits).train),
      test: cutsIn(asFacts(splits).test),
    })),
  };
}
