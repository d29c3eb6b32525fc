/** A judge's run over a version, as its dialog holds it, and what may become of its rows. */
import type { Job, Judge } from "@/lib/api/types";
import { formatPercent } from "@/lib/format";
import type { JudgeRun, RunBody } from "./api";
import type { ChosenVersion } from "./version-fields";
import { capOf } from "./words";

export interface RunForm extends ChosenVersion {
  pairs: RunBody["pairs"];
  goldOnly: boolean;
  /** Per cent of the rows. */
  share: string;
  cap: string;
}

export const RUN: RunForm = {
  dataset: null,
  version: null,
  pairs: "labelled",
  goldOnly: false,
  share: "100",
  cap: "",
};

const percentIn = (text: string) => Number(text.trim().replace(",", ".").replace("%", ""));

export function runProblems(form: RunForm, version: number | undefined, priced: boolean) {
  const found: Record<string, string> = {};
  const share = percentIn(form.share);
  if (version === undefined) found.dataset_version = "Choose a version with rows.";
  if (form.share.trim() === "" || !(share >= 0.01 && share <= 100)) {
    found.share = "Give a number from 0.01 to 100.";
  }
  const cap = capOf(form.cap);
  if (priced && "problem" in cap) found.cap_usd = cap.problem;
  return found;
}

export function runBody(form: RunForm, version: number, priced: boolean): RunBody {
  const cap = capOf(form.cap);
  return {
    dataset_version: version,
    pairs: form.pairs,
    gold_only: form.goldOnly,
    share: percentIn(form.share) / 100,
    seed: 0,
    cap_usd: priced && "cap" in cap ? cap.cap : null,
  };
}

/** What a run was asked for, in words: "all pairs, rows that people labelled, 20 % of them". */
export function askedWords(params: Record<string, unknown>, level: Judge["level"]): string {
  const parts = [
    level !== "pair" ? `all ${level}s` : params.pairs === "all" ? "all pairs" : "labelled pairs",
  ];
  if (params.gold_only === true) parts.push("rows that people labelled");
  if (typeof params.share === "number" && params.share < 1) {
    parts.push(`${formatPercent(params.share, params.share < 0.1 ? 1 : 0)} of the rows`);
  }
  return parts.join(", ");
}

/** Why a run cannot be brought home now; null where it can. */
export function homeRefusal(
  run: Pick<JudgeRun, "signal"> & { job: Pick<Job, "state"> | null },
  judge: Pick<Judge, "gives" | "standing" | "problem">,
): string | null {
  if (run.signal.state !== "ready") {
    return run.signal.state === "failed" || run.signal.state === "cancelled"
      ? "The run did not come to its end; start it again, and it goes on where it stopped."
      : "Once the run is ready.";
  }
  if (judge.gives === "votes" && !judge.standing.may_label) {
    return judge.problem || judge.standing.rule;
  }
  return null;
}

/** Probabilities of the words that were read, the likeliest first, as shares of each other. */
export function readOut(logProbs: Record<string, number> | null): { option: string; share: number }[] {
  const found = Object.entries(logProbs ?? {}).map(([option, value]) => ({ option, share: Math.exp(value) }));
  const whole = found.reduce((sum, each) => sum + each.share, 0);
  return found
    .map((each) => ({ option: each.option.trim(), share: whole > 0 ? each.share / whole : 0 }))
    .sort((a, b) => b.share - a.share);
}
