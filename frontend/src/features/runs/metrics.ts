import type { RunMetrics } from "@/lib/api/types";
import { sentence } from "@/lib/format";

export type MetricRow = RunMetrics["results"][number];

/** More points than a chart has pixels only cost time. */
const MOST_POINTS = 2000;

/** Adds newly fetched steps; a step sent again (after a resume) replaces the old one. */
export function mergeMetrics(known: MetricRow[], fresh: MetricRow[]): MetricRow[] {
  const byStep = new Map(known.map((row) => [row.step, row]));
  if (fresh.every((row) => holds(byStep.get(row.step), row))) return known;
  for (const row of fresh) {
    byStep.set(row.step, { step: row.step, values: { ...byStep.get(row.step)?.values, ...row.values } });
  }
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

function holds(known: MetricRow | undefined, { values }: MetricRow): boolean {
  return known !== undefined && Object.entries(values).every(([name, value]) => known.values[name] === value);
}

export function lastStep(rows: MetricRow[]): number | null {
  return rows.at(-1)?.step ?? null;
}

/** The newest value that was measured. */
export function lastValue(rows: MetricRow[], name: string): number | null {
  return rows.findLast((row) => typeof row.values[name] === "number")?.values[name] ?? null;
}

export interface ChartPlan {
  title: string;
  names: { name: string; label: string; dashed?: boolean }[];
  zeroLine?: boolean;
  /** What the values are divided by, where the title says the unit. */
  per?: number;
}

/** One idea per chart; evaluation twins are dashed. */
export const CHARTS: ChartPlan[] = [
  {
    title: "Loss",
    names: [
      { name: "loss", label: "Loss" },
      { name: "eval_loss", label: "On test", dashed: true },
    ],
  },
  {
    title: "Rewards",
    zeroLine: true,
    names: [
      { name: "chosen_reward", label: "Chosen" },
      { name: "rejected_reward", label: "Rejected" },
      { name: "eval_chosen_reward", label: "Chosen on test", dashed: true },
      { name: "eval_rejected_reward", label: "Rejected on test", dashed: true },
    ],
  },
  {
    title: "Reward margin",
    zeroLine: true,
    names: [
      { name: "reward_margin", label: "Margin" },
      { name: "eval_reward_margin", label: "On test", dashed: true },
    ],
  },
  {
    title: "Accuracy",
    names: [
      { name: "accuracy", label: "Chosen ranked first" },
      { name: "eval_accuracy", label: "On test", dashed: true },
    ],
  },
  {
    title: "KL from the reference",
    zeroLine: true,
    names: [
      { name: "kl", label: "KL" },
      { name: "eval_kl", label: "On test", dashed: true },
    ],
  },
  {
    title: "Length, tokens",
    names: [
      { name: "chosen_length", label: "Chosen" },
      { name: "rejected_length", label: "Rejected" },
      { name: "eval_chosen_length", label: "Chosen on test", dashed: true },
      { name: "eval_rejected_length", label: "Rejected on test", dashed: true },
    ],
  },
  { title: "Throughput, tokens/s", names: [{ name: "tokens_per_s", label: "Tokens" }] },
  { title: "Memory, GB", per: 1e9, names: [{ name: "memory_bytes", label: "At most" }] },
  { title: "Learning rate", names: [{ name: "learning_rate", label: "Learning rate" }] },
  { title: "Gradient norm", names: [{ name: "grad_norm", label: "Norm" }] },
  { title: "Seconds a step", names: [{ name: "step_s", label: "Seconds" }] },
];

const PLANNED = new Set(CHARTS.flatMap((plan) => plan.names.map((each) => each.name)));
/** Counters and clocks: facts about a run that are no curves. */
const NO_CURVES = new Set(["tokens", "epoch", "runtime_s", "eval_runtime_s"]);

/** The planned charts, and one for each further number that a method logs, with its evaluation twin. */
export function plansFor(rows: MetricRow[]): ChartPlan[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row.values)));
  const further = [...names].filter((name) => !PLANNED.has(name) && !NO_CURVES.has(name)).sort();
  const bare = [...new Set(further.map((name) => name.replace(/^eval_/, "")))];
  return [
    ...CHARTS,
    ...bare.map((name) => ({
      title: sentence(name),
      names: [
        { name, label: "Training" },
        { name: `eval_${name}`, label: "On test", dashed: true },
      ].filter((each) => !PLANNED.has(each.name)),
    })),
  ];
}

export interface PreparedChart {
  title: string;
  zeroLine: boolean;
  x: number[];
  series: { label: string; values: (number | null)[]; dashed?: boolean }[];
}

const scaled = (value: number | null | undefined, per = 1) =>
  value === null || value === undefined ? null : value / per;

/** The charts there is something to draw for. */
export function chartsOf(all: MetricRow[]): PreparedChart[] {
  const rows = thinned(all);
  const x = rows.map((row) => row.step);
  return plansFor(rows)
    .map((plan) => ({
      title: plan.title,
      zeroLine: plan.zeroLine ?? false,
      x,
      series: plan.names
        .map(({ name, label, dashed }) => ({
          label,
          dashed,
          values: rows.map((row) => scaled(row.values[name], plan.per)),
        }))
        .filter((series) => series.values.some((value) => value !== null)),
    }))
    .filter((chart) => chart.series.length > 0);
}

export interface NamedRows {
  label: string;
  rows: MetricRow[];
}

/** One chart for each metric, with a line for each run over the steps of all of them. */
export function overlaidCharts(runs: NamedRows[]): PreparedChart[] {
  const thin = runs.map((run) => ({ label: run.label, rows: thinned(run.rows) }));
  const x = [...new Set(thin.flatMap((run) => run.rows.map((row) => row.step)))].sort((a, b) => a - b);
  const byStep = thin.map((run) => new Map(run.rows.map((row) => [row.step, row.values])));
  return plansFor(thin.flatMap((run) => run.rows))
    .flatMap((plan) =>
      plan.names.map(({ name, label, dashed }) => ({
        title: overlaidTitle(plan, label, dashed),
        zeroLine: plan.zeroLine ?? false,
        x,
        series: thin
          .map((run, index) => ({
            label: run.label,
            values: x.map((step) => scaled(byStep[index]?.get(step)?.[name], plan.per)),
          }))
          .filter((series) => series.values.some((value) => value !== null)),
      })),
    )
    .filter((chart) => chart.series.length > 0);
}

function overlaidTitle(plan: ChartPlan, label: string, dashed?: boolean): string {
  const twins = plan.names.filter((each) => each.dashed).length;
  if (dashed) return twins > 1 ? `${plan.title}: ${label.toLowerCase()}` : `${plan.title} on test`;
  return plan.names.filter((each) => !each.dashed).length > 1
    ? `${plan.title}: ${label.toLowerCase()}`
    : plan.title;
}

/** Every nth row, the last one, and all that hold an evaluation. */
export function thinned(rows: MetricRow[], most = MOST_POINTS): MetricRow[] {
  const every = Math.ceil(rows.length / most);
  if (every <= 1) return rows;
  return rows.filter(
    (row, index) =>
      index % every === 0 ||
      index === rows.length - 1 ||
      Object.keys(row.values).some((name) => name.startsWith("eval_")),
  );
}
