import type { ExportFormat } from "@/components/export-options";
import type { DataExport } from "@/lib/api/types";
import { formatNumber, sentence } from "@/lib/format";

const KINDS: Record<string, string> = {
  dpo: "DPO",
  kto: "KTO",
  cpo: "CPO and SimPO",
  orpo: "ORPO",
  tpo: "TPO",
  sft: "supervised fine-tuning",
  reward: "reward models",
};

/** Who reads the files: the library's trainer, and which runs here. */
export function servesWords(format: ExportFormat): string {
  const kinds = format.kinds.map((kind) => KINDS[kind] ?? kind);
  const here = kinds.length > 0 ? ` · here: ${kinds.join(", ")}` : "";
  return `Read by ${format.trainer}${here}`;
}

/** What runs of this project train on, then what other trainers read. */
export function formatGroups(formats: ExportFormat[]) {
  const groups = [
    {
      title: "For runs here and the same trainers elsewhere",
      hint: "A run of this project trains on these; so does a script of yours.",
      formats: formats.filter((each) => each.kinds.length > 0),
    },
    {
      title: "For other trainers",
      hint: "Written here, trained elsewhere.",
      formats: formats.filter((each) => each.kinds.length === 0),
    },
  ];
  return groups.filter((group) => group.formats.length > 0);
}

/** The options of an export that are not their format's defaults, in words. */
export function optionWords(data: DataExport, format: ExportFormat | undefined): string[] {
  const properties = (format?.options as { properties?: Record<string, { default?: unknown }> } | undefined)
    ?.properties;
  return Object.entries(data.options ?? {})
    .filter(([, value]) => value !== null && value !== undefined)
    .filter(([name, value]) => JSON.stringify(properties?.[name]?.default ?? null) !== JSON.stringify(value))
    .map(([name, value]) => `${sentence(name).toLowerCase()} ${valueWords(value)}`);
}

function valueWords(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return formatNumber(value, 6);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How a script opens the downloaded folder. */
export function loadSnippet(data: DataExport): string {
  const splits = Object.entries((data.manifest.rows ?? {}) as Record<string, number>)
    .filter(([, rows]) => rows > 0)
    .map(([split]) => `"${split}": "${split}.parquet"`);
  return `from datasets import load_dataset\n\ndata = load_dataset("parquet", data_files={${splits.join(", ")}})`;
}
