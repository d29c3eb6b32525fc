import { formatDuration, formatNumber, formatPercent, sentence } from "@/lib/format";

const KINDS: Record<string, string> = {
  dpo: "DPO",
  kto: "KTO",
  cpo: "CPO and SimPO",
  orpo: "ORPO",
  tpo: "TPO",
  sft: "Supervised fine-tuning",
  reward: "Reward model",
};

export const kindName = (kind: string) => KINDS[kind] ?? sentence(kind);

const LAUNCHERS: Record<string, string> = {
  local: "This machine",
  slurm: "Slurm",
  kubernetes: "Kubernetes",
  ray: "Ray Jobs",
  manual: "By hand",
};

export const launcherName = (launcher: string) => LAUNCHERS[launcher] ?? sentence(launcher);

/** What the columns of an export hold, for people. */
const COLUMNS: Record<string, string> = {
  prompt: "prompts",
  chosen: "chosen responses",
  rejected: "rejected responses",
  margin: "margins",
  weight: "weights",
  soft_label: "soft labels",
  offset: "offsets",
  reward_gap: "reward gaps",
  rationale: "rationales",
  rationale_prompt: "rationale prompts",
  reference: "reference responses",
  completion: "single responses",
  label: "wanted or not",
  aspect: "aspects",
  tie: "ties",
  marks: "marks of spans",
};

export const columnName = (column: string) => COLUMNS[column] ?? sentence(column).toLowerCase();

const SETTINGS: Record<string, string> = {
  beta: "β, distance from the reference",
  lora_r: "LoRA rank",
  lora_alpha: "LoRA alpha",
  lora_dropout: "LoRA dropout",
  use_lora: "Train a LoRA adapter",
  max_length: "Longest row, tokens",
  max_steps: "Steps",
  loss_type: "Loss",
  save_steps: "Checkpoint every, steps",
  eval_steps: "Evaluate every, steps",
  logging_steps: "Log every, steps",
  lr_scheduler: "Learning-rate schedule",
  f_divergence: "f-divergence",
  ld_alpha: "LD-DPO alpha",
  sft_weight: "Weight of supervised loss (RPO)",
  report_to: "Also report to",
  simpo_gamma: "SimPO γ",
  cpo_alpha: "Weight of supervised loss (CPO)",
  tpo_alpha: "Weight of the reference response",
  tpo_l_gamma: "TPO-L γ",
  beta_dpo_rho: "β-DPO ρ",
  beta_dpo_a: "β-DPO a",
  beta_dpo_momentum: "β-DPO momentum",
  rationale_gamma: "Rationale γ",
  use_weighting: "Weigh pairs (WPO)",
  precompute_reference: "Precompute the reference",
  eval_max_rows: "Test rows looked at",
};

/** Where a form has more to say than the setting’s own description. */
export const SETTING_HINTS: Record<string, string> = {
  epochs: "Passes over the training rows. With a number here, steps follow from it.",
  max_steps: "Weight updates; 20 show the curves, hundreds train.",
  learning_rate: "Empty takes a rate that suits the method, and LoRA or all weights.",
  batch_size: "Rows in one forward pass; lower it when memory runs out.",
  gradient_accumulation: "Forward passes in one step: a larger batch in the same memory.",
};

/** A setting as its field and its line in a comparison call it. */
export const settingName = (name: string) => SETTINGS[name] ?? sentence(name);

export function settingValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return numberWords(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** As somebody would type it: learning rates in powers of ten. */
function numberWords(value: number): string {
  const isTiny = value !== 0 && Math.abs(value) < 1e-3;
  return isTiny ? value.toExponential().replace("-", "−") : formatNumber(value, 6);
}

const QUIET_S = 60;

/** What is known of a running trainer from its last sign of life. */
export function heartbeatWords(
  at: string | null | undefined,
  now: number,
): { text: string; late: boolean } | null {
  if (!at) return null;
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  if (!Number.isFinite(seconds)) return null;
  return seconds < QUIET_S
    ? { text: "alive", late: false }
    : { text: `no sign of life for ${formatDuration(seconds)}`, late: true };
}

/** The number that says most about a run: held-out accuracy, else accuracy, else loss. */
export function keyMetric(metrics: Record<string, number | null> | null | undefined): string {
  const order = [
    ["eval_accuracy", "accuracy on test", true],
    ["accuracy", "accuracy", true],
    ["eval_loss", "loss on test", false],
    ["loss", "loss", false],
  ] as const;
  for (const [name, label, isShare] of order) {
    const value = metrics?.[name];
    if (typeof value === "number") return `${isShare ? formatPercent(value) : formatNumber(value)} ${label}`;
  }
  return "–";
}
