import type { Campaign } from "@/lib/api/types";
import { countOf, formatDuration, formatMs } from "@/lib/format";

/** What it takes to ask people about `rows` rows. */
export interface ReviewCost {
  rows: number;
  answersEach: number;
  votes: number;
  /** Of people's time; null where nobody has answered there yet. */
  seconds: number | null;
}

/** Campaigns that still take items, those at work first. */
export function openCampaigns(campaigns: Campaign[]): Campaign[] {
  const rank = (each: Campaign) => (each.state === "active" ? 0 : 1);
  return campaigns.filter((each) => each.state !== "finished").sort((x, y) => rank(x) - rank(y));
}

/** A whole number above 0; null for "all", undefined for what is no number of rows. */
export function limitOf(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

export function reviewCost(
  pairs: number,
  limit: number | null,
  answersEach: number,
  medianMs: number | null,
): ReviewCost {
  const rows = Math.min(pairs, limit ?? pairs);
  const votes = rows * answersEach;
  return { rows, answersEach, votes, seconds: medianMs === null ? null : (votes * medianMs) / 1000 };
}

/** "200 rows × 3 answers each = 600 votes, about 1 h 40 min of people's time at the 10.0 s an answer takes there." */
export function costWords(cost: ReviewCost, medianMs: number | null): string {
  const sum = `${countOf(cost.rows, "row")} × ${countOf(cost.answersEach, "answer")} each = ${countOf(cost.votes, "vote")}`;
  if (cost.seconds === null || medianMs === null) return `${sum}.`;
  return `${sum}, about ${formatDuration(cost.seconds)} of people’s time at the ${formatMs(medianMs)} an answer takes there.`;
}
