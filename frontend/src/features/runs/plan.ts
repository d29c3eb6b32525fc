import { type ExportCheck, writtenOf } from "@/components/export-options";
import { type Entries, type SchemaField, shownEntry } from "@/lib/schema-form";

export interface Plan {
  steps: number;
  epochs: number;
  perStep: number;
}

/**
 * How long a training is, from its rows and settings, as the trainer works it out (`steps_of` of
 * trainer_bridge/domain/run_config.py); null while a setting is no number.
 */
export function planOf(rows: number, fields: SchemaField[], entries: Entries, gpus: number): Plan | null {
  const number = (name: string): number | null => {
    const field = fields.find((each) => each.name === name);
    const text = field ? String(shownEntry(field, entries)).trim().replace(",", ".") : "";
    return text === "" ? null : Number(text);
  };
  const processes = Math.max(1, gpus);
  const batch = number("batch_size") ?? 1;
  const accumulation = number("gradient_accumulation") ?? 1;
  const epochs = number("epochs");
  const batches = Math.ceil(rows / (batch * processes));
  const stepsOfEpoch = Math.ceil(batches / accumulation);
  const steps = epochs === null ? number("max_steps") : Math.ceil(epochs * stepsOfEpoch);
  if (!(rows > 0) || !(stepsOfEpoch > 0) || steps === null || !(steps > 0) || !Number.isFinite(steps))
    return null;
  return { steps, epochs: epochs ?? steps / stepsOfEpoch, perStep: batch * accumulation * processes };
}

/**
 * Training rows where the run writes them itself, of so many training pairs: as they were counted, by the share of those
 * looked at, or while nothing was counted all that pairs can make, which single responses of two sides are.
 */
export function expectedRows(
  kind: string,
  pairs: number,
  check: ExportCheck | undefined,
): { rows: number; isExact: boolean } {
  if (check?.is_whole) return { rows: check.rows.train, isExact: true };
  const most = kind === "kto" ? 2 * pairs : pairs;
  const share = check && check.candidates > 0 ? writtenOf(check) / check.candidates : 1;
  return { rows: Math.round(most * share), isExact: false };
}
