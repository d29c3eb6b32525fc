import type { Item } from "@/lib/api/types";
import type { RankingAnswer, RankingQuestion } from "../types";

/** Response id → rank, as given; empty for "not rankable" and for nothing yet. */
export function ranksOf(answer: RankingAnswer | undefined): Record<string, number> {
  return answer && "ranks" in answer ? answer.ranks : {};
}

/** The answer with one response sent to a rank, or taken out of the order with null. */
export function ranked(
  answer: RankingAnswer | undefined,
  response: string,
  rank: number | null,
): RankingAnswer | undefined {
  const { [response]: _, ...others } = ranksOf(answer);
  const ranks = rank === null ? others : { ...others, [response]: rank };
  return Object.keys(ranks).length > 0 ? { ranks } : undefined;
}

/** How many responses have to be ranked before the answer can be sent. */
export function needed(question: RankingQuestion, item: Item): number {
  const all = item.responses.length;
  if (question.top_k !== null) return Math.min(question.top_k, all);
  return question.partial ? 1 : all;
}

/** Whether the best asked for are ranked, so that the others may stay out. */
export function hasTop(question: RankingQuestion, answer: RankingAnswer | undefined): boolean {
  return question.top_k !== null && Object.keys(ranksOf(answer)).length >= question.top_k;
}

/** Two responses on one rank where the question takes no ties. */
export function hasForbiddenTie(question: RankingQuestion, answer: RankingAnswer | undefined): boolean {
  const given = Object.values(ranksOf(answer));
  return !question.ties && new Set(given).size < given.length;
}

/** Ranks without gaps, as the server keeps them. */
export function dense(answer: RankingAnswer): RankingAnswer {
  if (!("ranks" in answer)) return answer;
  const places = [...new Set(Object.values(answer.ranks))].sort((a, b) => a - b);
  return {
    ranks: Object.fromEntries(
      Object.entries(answer.ranks).map(([id, rank]) => [id, places.indexOf(rank) + 1]),
    ),
  };
}
