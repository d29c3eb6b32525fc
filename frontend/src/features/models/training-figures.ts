import { formatBytes, formatCount, formatNumber, formatPercent, sentence } from "@/lib/format";

type Say = (value: number) => string;

const seconds: Say = (value) => `${formatNumber(value)} s`;
const tokens: Say = (value) => `${formatCount(Math.round(value))} tokens`;

/** What a training log holds, the most asked for first; the same on the test split stands beside each. */
const KNOWN: [name: string, label: string, say: Say][] = [
  ["loss", "Loss", formatNumber],
  ["accuracy", "Accuracy", (value) => formatPercent(value, 1)],
  ["reward_margin", "Reward margin", formatNumber],
  ["chosen_reward", "Chosen reward", formatNumber],
  ["rejected_reward", "Rejected reward", formatNumber],
  ["kl", "KL from the reference", formatNumber],
  ["chosen_length", "Chosen length", tokens],
  ["rejected_length", "Rejected length", tokens],
  ["learning_rate", "Learning rate", formatNumber],
  ["grad_norm", "Gradient norm", formatNumber],
  ["tokens", "Read in all", tokens],
  ["tokens_per_s", "Tokens a second", (value) => formatCount(Math.round(value))],
  ["step_s", "Last step", seconds],
  ["runtime_s", "Runtime", seconds],
  ["memory_bytes", "Memory at most", formatBytes],
];

export interface TrainingFigure {
  label: string;
  value: string;
}

/** The last numbers of a run: those of training, and those on the test split, in the order people ask for them. */
export function trainingFigures(metrics: Record<string, number | null>): {
  training: TrainingFigure[];
  test: TrainingFigure[];
} {
  const given = Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== null);
  const of = (isTest: boolean) =>
    given
      .filter(([name]) => name.startsWith("eval_") === isTest)
      .map(([name, value]) => ({ name: name.replace(/^eval_/, ""), value }))
      .sort((one, other) => placeOf(one.name) - placeOf(other.name) || one.name.localeCompare(other.name))
      .map(({ name, value }) => {
        const [, label, say] = KNOWN[placeOf(name)] ?? [name, sentence(name), formatNumber];
        return { label, value: say(value) };
      });
  return { training: of(false), test: of(true) };
}

function placeOf(name: string): number {
  const place = KNOWN.findIndex(([known]) => known === name);
  return place === -1 ? KNOWN.length : place;
}
