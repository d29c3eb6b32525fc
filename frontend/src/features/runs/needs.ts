import type { DataExport, Snapshot } from "@/lib/api/types";
import { columnsOf, rowsOf } from "@/lib/export-facts";
import type { TrainingLoss, TrainingMethod } from "./api";
import { columnName } from "./words";

export interface Needs {
  /** What a loss reads besides what its method always reads, in words; null where that is nothing. */
  text: string | null;
  /** Whether the rows have it; null while nobody can know before the export is written. */
  met: boolean | null;
}

/** What a loss needs, and whether the chosen export has it. */
export function needsOf(loss: TrainingLoss, chosen: DataExport | undefined): Needs {
  if (loss.columns.length === 0) return { text: null, met: true };
  const text = `Needs ${listed(loss.columns.map(columnName))}`;
  if (!chosen) return { text, met: null };
  const has = columnsOf(chosen).map((column) => column.name);
  return { text, met: loss.columns.every((column) => has.includes(column)) };
}

export const listed = (words: string[]) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** Ready exports of a snapshot that a method reads, newest first. */
export const exportsFor = (
  exports: DataExport[],
  snapshot: number | null,
  method: TrainingMethod | undefined,
) =>
  exports
    .filter((each) => each.state === "ready" && each.snapshot === snapshot)
    .filter((each) => method?.formats.includes(each.format))
    .sort((a, b) => b.id - a.id);

/** The method that reads a format first of all. */
export const kindFor = (format: string, methods: TrainingMethod[]) =>
  (
    methods.find((method) => method.formats[0] === format) ??
    methods.find((method) => method.formats.includes(format))
  )?.kind;

/** Rows that training will see: those of the export, else the pairs of the snapshot. */
export function trainingRows(chosen: DataExport | undefined, snapshot: Snapshot | undefined): number | null {
  if (chosen) return rowsOf(chosen).train ?? null;
  return snapshot?.splits.train ?? null;
}
