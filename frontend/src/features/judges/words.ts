/** Judges in words and figures: what they may do, how sure that is, and what they cost. */
import type { IconName, Tone } from "@/components/ui";
import { formatNumber, formatPercent, NONE } from "@/lib/format";
import type { Estimate, Judge, JudgeModel } from "./api";

export interface Standing {
  label: string;
  tone: Tone;
  icon?: IconName;
}

/** What a judge may do now, in two or three words. */
export function standingOf({
  problem,
  gives,
  standing,
}: Pick<Judge, "problem" | "gives" | "standing">): Standing {
  if (problem) return { label: "Cannot be asked", tone: "danger", icon: "warning" };
  if (gives === "drafts") return { label: "Gives drafts", tone: "neutral", icon: "edit" };
  if (standing.may_label) return { label: "May label", tone: "ok", icon: "check" };
  if (standing.trust === null) return { label: "Not measured", tone: "neutral", icon: "help" };
  if (standing.outdated) return { label: "Measured before a change", tone: "warn", icon: "retry" };
  return { label: "May draft only", tone: "warn", icon: "edit" };
}

export const GIVES: Record<Judge["gives"], string> = {
  votes: "Gives votes",
  drafts: "Drafts for people to confirm",
};

export const LEVELS: Record<Judge["level"], string> = {
  pair: "Compares two responses",
  response: "Looks at one response",
  record: "Looks at the request",
};

/** "61 % (54 – 68 %)"; without an interval the figure alone. */
export function percentWords(found: Estimate | null | undefined, digits = 0): string {
  if (!found || found.estimate === null) return NONE;
  const range = percentRange(found, digits);
  return range ? `${percent(found.estimate, digits)} (${range})` : percent(found.estimate, digits);
}

/** The interval by itself: "54 – 68 %". */
export function percentRange(found: Estimate | null | undefined, digits = 0): string {
  if (!found || found.low === null || found.high === null) return "";
  // Beside a minus, a dash would be one too many.
  if (found.low < 0) return `${percent(found.low, digits)} to ${percent(found.high, digits)}`;
  return `${(found.low * 100).toFixed(digits)} – ${percent(found.high, digits)}`;
}

const percent = (share: number, digits: number) => formatPercent(share, digits).replace("-", "−");

/** "+0.12", "−1.4", "0": the sign is what matters. */
export function signed(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const rounded = value.toFixed(digits);
  if (Number(rounded) === 0) return (0).toFixed(digits);
  return value > 0 ? `+${rounded}` : rounded.replace("-", "−");
}

/** "+0.12 (−0.01 to +0.25)". */
export function signedWords(found: Estimate | null | undefined, digits = 2): string {
  if (!found || found.estimate === null) return NONE;
  const middle = signed(found.estimate, digits);
  if (found.low === null || found.high === null) return middle;
  return `${middle} (${signed(found.low, digits)} to ${signed(found.high, digits)})`;
}

/** US dollars; small amounts keep two digits that say something. */
export function formatUsd(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (value === 0) return "$0";
  return value >= 1 ? `$${value.toFixed(2)}` : `$${formatNumber(value, 2)}`;
}

/** The model as a person would name it. */
export function modelWords(judge: Pick<Judge, "source" | "model">, models: JudgeModel[] = []): string {
  const model = judge.model ?? {};
  if (judge.source === "endpoint") return `${model.model} at ${model.endpoint}`;
  const listed = models.find(
    (each) => each.source === judge.source && (judge.source === "packaged" || each.model.id === model.id),
  );
  return (
    listed?.title ?? (judge.source === "packaged" ? "The packaged model" : `Registered model ${model.id}`)
  );
}

/** Dollars as they were typed: "" is no cap. What is no amount is refused. */
export function capOf(typed: string): { cap: string | null } | { problem: string } {
  const text = typed.trim().replace(/^\$/, "").replace(",", ".");
  if (text === "") return { cap: null };
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    return { problem: "Give an amount above 0, or nothing for no cap." };
  if (value > 9_999_999) return { problem: "Give at most $9,999,999." };
  return { cap: value.toFixed(2) === "0.00" ? "0.01" : value.toFixed(2) };
}
