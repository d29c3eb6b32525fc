import type { BaseModel, DataExport, Run, Snapshot } from "@/lib/api/types";
import { asSentence } from "@/lib/format";
import { type Entries, entriesOf, fieldsOf, paramsOf, problemsOf, type SchemaField } from "@/lib/schema-form";
import type { Launcher, NewRun, RunChanges, TrainingLoss, TrainingMethod } from "./api";
import { kindFor } from "./needs";
import { SETTING_HINTS, settingName } from "./words";

export const HUB = "hub";

/** What stands on the page where a run is made. */
export interface RunForm {
  snapshot: number | null;
  /** A ready export, or null: the run writes what it needs, in `format` with `options`. */
  export: number | null;
  format: string;
  options: Entries;
  kind: string;
  loss: string;
  /** A key of the list, or HUB: `hub` says which. */
  base: string;
  hub: string;
  name: string;
  launcher: string;
  gpus: string;
  priority: string;
  members: string;
  entries: Entries;
}

export const EMPTY: RunForm = {
  snapshot: null,
  export: null,
  format: "",
  options: {},
  kind: "dpo",
  loss: "",
  base: "",
  hub: "",
  name: "",
  launcher: "",
  gpus: "0",
  priority: "0",
  members: "1",
  entries: {},
};

/** Chosen by cards and by the part about machines, not among the settings. */
const ELSEWHERE = new Set(["loss_type", "loss", "member", "members"]);

/** What nearly everybody looks at; the rest waits behind "More settings". */
const ESSENTIALS = [
  "epochs",
  "max_steps",
  "learning_rate",
  "batch_size",
  "gradient_accumulation",
  "max_length",
  "beta",
  "use_lora",
];

const GROUPS: { title: string; names: string[] }[] = [
  { title: "Adapter", names: ["lora_r", "lora_alpha", "lora_dropout", "quantize"] },
  {
    title: "Loss",
    names: [
      "sft_weight",
      "cpo_alpha",
      "tpo_alpha",
      "f_divergence",
      "ld_alpha",
      "use_weighting",
      "center_rewards",
    ],
  },
  {
    title: "Schedule",
    names: ["lr_scheduler", "warmup_ratio", "weight_decay", "curriculum", "early_stopping_patience", "seed"],
  },
  { title: "Precision and memory", names: ["precision", "gradient_checkpointing", "precompute_reference"] },
  {
    title: "Watching",
    names: ["eval_steps", "eval_max_rows", "save_steps", "logging_steps", "sample_prompts", "report_to"],
  },
];

const propertiesOf = (schema: Record<string, unknown>) =>
  (schema.properties ?? {}) as Record<string, unknown>;

export interface FieldGroup {
  title: string;
  fields: SchemaField[];
}

/** The settings of a method under one of its losses, in groups; the first group stands open. */
export function groupsOf(
  method: TrainingMethod,
  loss: TrainingLoss | undefined,
  entries: Entries,
): FieldGroup[] {
  const fields = settingFields(method, loss, entries);
  const take = (names: string[]) => names.flatMap((name) => fields.filter((field) => field.name === name));
  const grouped = new Set(GROUPS.flatMap((group) => group.names));
  const own = loss ? Object.keys(propertiesOf(loss.settings)).filter((name) => !grouped.has(name)) : [];
  const essentials = [...new Set([...take(ESSENTIALS), ...take(own)])];
  const groups = GROUPS.map(({ title, names }) => ({
    title,
    fields: take(names).filter((field) => !essentials.includes(field)),
  }));
  const placed = new Set([...essentials, ...groups.flatMap((group) => group.fields)]);
  const rest = fields.filter((field) => !placed.has(field));
  return [
    { title: "Essentials", fields: essentials },
    ...[...groups, { title: "Others", fields: rest }].filter((group) => group.fields.length > 0),
  ];
}

/** The settings that mean something for this method, loss and kind of weights. */
export function settingFields(
  method: TrainingMethod,
  loss: TrainingLoss | undefined,
  entries: Entries,
): SchemaField[] {
  const useLora = entries.use_lora !== false;
  const ofLoss = loss ? fieldsOf(loss.settings) : [];
  // A loss may say anew what a setting of the whole method is by default.
  const shared = fieldsOf(method.settings).map(
    (field) => ofLoss.find((each) => each.name === field.name) ?? field,
  );
  const inEpochs = typeof entries.epochs === "string" && entries.epochs.trim() !== "";
  return [...shared, ...ofLoss.filter((field) => !shared.includes(field))]
    .filter(({ name }) => !ELSEWHERE.has(name))
    .filter(({ name }) => !(inEpochs && name === "max_steps"))
    .filter(({ name }) => useLora || !(name.startsWith("lora_") || name === "quantize"))
    .map((field) => ({
      ...field,
      label: settingName(field.name),
      description: SETTING_HINTS[field.name] ?? (field.description && asSentence(field.description)),
    }));
}

export const lossOf = (method: TrainingMethod | undefined, key: string): TrainingLoss | undefined =>
  method?.losses.find((each) => each.key === key) ?? method?.losses[0];

const WHOLE = /^-?\d+$/;

/** What is missing or wrong before anything is sent, by the server's names. */
export function runProblems(form: RunForm, fields: SchemaField[]): Record<string, string> {
  const problems: Record<string, string> = {};
  if (form.snapshot === null) problems.snapshot = "Choose what it learns from.";
  if (form.base === "") problems.base_model = "Choose a base model.";
  if (form.base === HUB && !/^[\w.-]+\/[\w.-]+(@[\w.-]+)?$/.test(form.hub.trim())) {
    problems.base_model = "Write owner/name, as the Hub does.";
  }
  if (form.gpus.trim() !== "" && !/^\d+$/.test(form.gpus.trim()))
    problems.gpus = "Give a whole number from 0.";
  if (!WHOLE.test(form.priority.trim() || "0")) problems.priority = "Give a whole number.";
  if (!/^[1-9]\d?$/.test(form.members.trim())) problems.members = "Give a whole number from 1.";
  for (const [name, text] of Object.entries(problemsOf(fields, form.entries)))
    problems[`config.${name}`] = text;
  return problems;
}

/** How the rows are written that a run makes of a snapshot. */
export interface RowChoice {
  format: string;
  options: Record<string, unknown>;
}

/** What is sent; defaults are left to the server. */
export function runBody(
  form: RunForm,
  fields: SchemaField[],
  loss: TrainingLoss | undefined,
  rows?: RowChoice,
): NewRun {
  const name = form.name.trim();
  return {
    ...(form.export === null ? { snapshot: form.snapshot ?? 0, ...rows } : { export: form.export }),
    kind: form.kind as NewRun["kind"],
    base_model: form.base === HUB ? `hub:${form.hub.trim()}` : form.base,
    ...(name && { name }),
    config: { ...paramsOf(fields, form.entries), ...(loss && { loss_type: loss.key }) } as NewRun["config"],
    launcher: form.launcher as NewRun["launcher"],
    ...(form.gpus.trim() && { gpus: Number(form.gpus) }),
    priority: Number(form.priority || 0),
    members: Number(form.members),
  };
}

interface Known {
  methods: TrainingMethod[];
  snapshots: Snapshot[];
  exports: DataExport[];
  models: BaseModel[];
  launchers: Launcher[];
}

/** What stands in the form at first: what the address asks for, the run that is cloned, else the likeliest. */
export function startOf(known: Known, search: Record<string, string | undefined>, parent?: Run): RunForm {
  const launcher = known.launchers.find((each) => each.available)?.name ?? "local";
  if (parent) return { ...formOf(parent, known), launcher: parent.launcher };
  const chosen = known.exports.find((each) => String(each.id) === search.export && each.state === "ready");
  const snapshot =
    known.snapshots.find((each) => each.id === chosen?.snapshot || String(each.id) === search.snapshot) ??
    known.snapshots[0];
  const kind =
    search.kind ?? (chosen && kindFor(chosen.format, known.methods)) ?? known.methods[0]?.kind ?? "dpo";
  const method = known.methods.find((each) => each.kind === kind);
  return {
    ...EMPTY,
    kind,
    launcher,
    loss: method?.losses[0]?.key ?? "",
    snapshot: snapshot?.id ?? null,
    export: chosen?.id ?? null,
    base: known.models.find((each) => each.available)?.key ?? HUB,
  };
}

/** A run as the form shows it. */
function formOf(run: Run, known: Known): RunForm {
  const method = known.methods.find((each) => each.kind === run.kind);
  const loss = lossOf(method, String(run.config.loss_type ?? ""));
  const isListed = known.models.some((each) => each.key === run.base_model);
  const isHub = !isListed && run.base_model.startsWith("hub:");
  return {
    snapshot: run.snapshot,
    export: run.export,
    format: "",
    options: {},
    kind: run.kind,
    loss: loss?.key ?? "",
    base: isHub ? HUB : run.base_model,
    hub: isHub ? run.base_model.slice("hub:".length) : "",
    name: run.name,
    launcher: run.launcher,
    gpus: String(run.gpus),
    priority: String(run.priority),
    members: "1",
    entries: method ? entriesOf(settingFields(method, loss, {}), run.config as Record<string, unknown>) : {},
  };
}

/** What a clone has otherwise than the run it comes from; null stands for a default that the server works out. */
export function runChanges(
  form: RunForm,
  fields: SchemaField[],
  loss: TrainingLoss | undefined,
  parent: Run,
): RunChanges {
  const body = runBody(form, fields, loss);
  const before = parent.config as Record<string, unknown>;
  const now = body.config as Record<string, unknown>;
  const config = Object.fromEntries(
    [...fields.map((field) => [field.name, field.fallback] as const), ["loss_type", undefined] as const]
      .map(([name, fallback]) => [name, now[name] ?? fallback ?? null] as const)
      .filter(([name, value]) => !(name === "loss_type" && value === null))
      .filter(([name, value]) => value !== (before[name] ?? null)),
  );
  return {
    ...(Object.keys(config).length > 0 && { config }),
    ...(body.base_model !== parent.base_model && { base_model: body.base_model }),
    ...(body.name && body.name !== parent.name && { name: body.name }),
    ...(body.launcher !== parent.launcher && { launcher: body.launcher }),
    ...((body.gpus ?? 0) !== parent.gpus && { gpus: body.gpus ?? 0 }),
    ...(body.priority !== parent.priority && { priority: body.priority }),
  };
}
