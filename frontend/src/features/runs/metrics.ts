import type { RunMetrics } from "@/lib/api/types";

export type MetricRow = RunMetrics["results"][number];

/** Adds newly fetched steps; a step sent again (after a resume) replaces the old one. */
export function mergeMetrics(known: MetricRow[], fresh: MetricRow[]): MetricRow[] {
  if (fresh.length === 0) return known;
  const byStep = new Map(known.map((row) => [row.step, row]));
  for (const row of fresh) {
    byStep.set(row.step, { step: row.step, values: { ...byStep.get(row.step)?.values, ...row.values } });
  }
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

export function lastStep(rows: MetricRow[]): number | null {
  return rows.at(-1)?.step ?? null;
}

export interface ChartPlan {
  title: string;
  names: { name: string; label: string; dashed?: boolean }[];
  zeroLine?: boolean;
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
    title: "Rewards",
    zeroLine: true,
    names: [
      { name: "chosen_reward", label: "Chosen" },
      { name: "rejected_reward", label: "Rejected" },
    ],
  },
  { title: "Learning rate", names: [{ name: "learning_rate", label: "Learning rate" }] },
  { title: "Gradient norm", names: [{ name: "grad_norm", label: "Norm" }] },
  { title: "Seconds a step", names: [{ name: "step_s", label: "Seconds" }] },
];

export interface PreparedChart {
  title: string;
  zeroLine: boolean;
  x: number[];
  series: { label: string; values: (number | null)[]; dashed?: boolean }[];
}

/** The charts there is something to draw for. */
export function chartsOf(rows: MetricRow[]): PreparedChart[] {
  const x = rows.map((row) => row.step);
  return CHARTS.map((plan) => ({
    title: plan.title,
    zeroLine: plan.zeroLine ?? false,
    x,
    series: plan.names
      .map(({ name, label, dashed }) => ({
        label,
        dashed,
        values: rows.map((row) => row.values[name] ?? null),
      }))
      .filter((series) => series.values.some((value) => value !== null)),
  })).filter((chart) => chart.series.length > 0);
}
