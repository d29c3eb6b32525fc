import type { RunSamplesAt } from "./api";

type Sample = RunSamplesAt["samples"][number];

export interface SampledPrompt {
  prompt: string;
  /** By step, the newest last. */
  states: { step: number; sample: Sample }[];
}

/** Samples by prompt, in the order in which prompts came; a step written again (after a resume) counts once. */
export function byPrompt(results: RunSamplesAt[]): SampledPrompt[] {
  const found = new Map<string, Map<number, Sample>>();
  for (const { step, samples } of results) {
    for (const sample of samples) {
      const steps = found.get(sample.prompt) ?? new Map<number, Sample>();
      found.set(sample.prompt, steps.set(step, sample));
    }
  }
  return [...found].map(([prompt, steps]) => ({
    prompt,
    states: [...steps].sort(([a], [b]) => a - b).map(([step, sample]) => ({ step, sample })),
  }));
}

export const sampledSteps = (results: RunSamplesAt[]): number[] =>
  [...new Set(results.map((each) => each.step))].sort((a, b) => a - b);

/** The two steps that stand beside each other: as asked for, else the first and the newest. */
export function comparedSteps(
  steps: number[],
  from: string | undefined,
  to: string | undefined,
): [number, number] {
  const known = (text: string | undefined) => steps.find((step) => String(step) === text);
  return [known(from) ?? steps[0] ?? 0, known(to) ?? steps.at(-1) ?? 0];
}
