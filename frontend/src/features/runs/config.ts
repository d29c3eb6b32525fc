import type { DataExport, Run, RunConfig } from "@/lib/api/types";

export const kindOf = (format: DataExport["format"]): Run["kind"] =>
  format === "trl_reward" ? "reward" : "dpo";

export interface ConfigField {
  name: keyof RunConfig;
  label: string;
  hint: string;
  advanced?: boolean;
  only?: Run["kind"];
}

export const FIELDS: ConfigField[] = [
  { name: "max_steps", label: "Steps", hint: "Weight updates; 20 show the curves, hundreds train." },
  { name: "batch_size", label: "Batch size", hint: "Pairs in each step." },
  { name: "learning_rate", label: "Learning rate", hint: "Empty takes the default of this kind of run." },
  { name: "beta", label: "Beta", hint: "How far the policy may move from its reference.", only: "dpo" },
  {
    name: "max_length",
    label: "Longest pair, tokens",
    hint: "DPO cuts longer text; reward training leaves the pair out.",
  },
  { name: "lora_r", label: "LoRA rank", hint: "Size of the adapter.", advanced: true },
  { name: "lora_alpha", label: "LoRA alpha", hint: "Scale of the adapter.", advanced: true },
  { name: "lora_dropout", label: "LoRA dropout", hint: "Between 0 and 1.", advanced: true },
  {
    name: "save_steps",
    label: "Checkpoint every",
    hint: "Steps between places a run can resume from.",
    advanced: true,
  },
  {
    name: "eval_steps",
    label: "Evaluate every",
    hint: "Steps between looks at the test split.",
    advanced: true,
  },
  { name: "seed", label: "Seed", hint: "The same seed and data repeat a run.", advanced: true },
];

/** What the person typed, as numbers; empty fields are left to the server's defaults. */
export function configFrom(
  values: Partial<Record<keyof RunConfig, string>>,
  kind: Run["kind"],
  useLora: boolean,
): { config: Partial<RunConfig>; wrong: Partial<Record<keyof RunConfig, string>> } {
  const config: Partial<RunConfig> = { use_lora: useLora };
  const wrong: Partial<Record<keyof RunConfig, string>> = {};
  for (const field of FIELDS) {
    const text = values[field.name]?.trim() ?? "";
    if (text === "" || (field.only && field.only !== kind)) continue;
    if (!useLora && field.name.startsWith("lora_")) continue;
    const value = Number(text);
    if (Number.isFinite(value)) Object.assign(config, { [field.name]: value });
    else wrong[field.name] = "Give a number.";
  }
  return { config, wrong };
}
