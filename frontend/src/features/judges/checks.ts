/** A check against labels, as its dialog holds it. */

import type { TrustBody } from "./api";
import type { ChosenVersion } from "./version-fields";
import { capOf } from "./words";

export type Source = TrustBody["gold"][number];

/** Whose labels can be taken for the truth, the surest first. */
export const SOURCES: { source: Source; label: string; hint: string }[] = [
  { source: "adjudicated", label: "Adjudicated labels", hint: "Decided by somebody after people disagreed." },
  { source: "human", label: "Labels of people", hint: "Given in campaigns of this project." },
  {
    source: "imported",
    label: "Imported labels",
    hint: "They came with the data; as good as where it is from.",
  },
];

const WORDS: Record<string, string> = {
  adjudicated: "adjudicated labels",
  human: "labels of people",
  imported: "imported labels",
};

/** "adjudicated labels and labels of people". */
export function sourceWords(gold: string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(gold.map((each) => WORDS[each] ?? each));
}

export interface CheckForm extends ChosenVersion {
  gold: Source[];
  sample: string;
  probes: string[];
  cap: string;
}

export const CHECK: CheckForm = {
  dataset: null,
  version: null,
  gold: ["adjudicated", "human"],
  sample: "400",
  probes: [],
  cap: "",
};

export const SAMPLE = { fewest: 20, most: 5000 };
/** Below so many nothing can be allowed. */
export const ENOUGH = 200;

export function checkProblems(form: CheckForm, version: number | undefined, priced: boolean) {
  const found: Record<string, string> = {};
  const sample = Number(form.sample);
  if (version === undefined) found.dataset_version = "Choose a version with rows.";
  if (form.gold.length === 0) found.gold = "Choose whose labels count.";
  if (!Number.isInteger(sample) || sample < SAMPLE.fewest || sample > SAMPLE.most) {
    found.sample = `Give a whole number from ${SAMPLE.fewest} to ${SAMPLE.most}.`;
  }
  const cap = capOf(form.cap);
  if (priced && "problem" in cap) found.cap_usd = cap.problem;
  return found;
}

export function checkBody(form: CheckForm, version: number, priced: boolean): TrustBody {
  const cap = capOf(form.cap);
  return {
    dataset_version: version,
    gold: SOURCES.map((each) => each.source).filter((source) => form.gold.includes(source)),
    sample: Number(form.sample),
    probes: form.probes,
    seed: 0,
    cap_usd: priced && "cap" in cap ? cap.cap : null,
  };
}

/** Calls a check of a judge of pairs makes: both orders of each pair, as it is and under each probe. */
export function questionsOf(sample: number, probes: number): number {
  return 2 * sample * (1 + probes);
}
