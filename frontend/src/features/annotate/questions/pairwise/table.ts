import type { PairwiseQuestion, Question } from "../types";

/** From so many comparisons in a row on, they are shown as a table: one row each, one head for all. */
const ROWS_OF_A_TABLE = 4;

export interface TableRow {
  /** This row carries the head. */
  head: boolean;
  /** Some row of the table has these columns, so all leave room for them. */
  tie: boolean;
  bothBad: boolean;
}

/** Whether a comparison is a row of a table, and which; null when it stands on its own. */
export function tableRowOf(question: PairwiseQuestion, form: readonly Question[]): TableRow | null {
  const at = form.findIndex((each) => each.name === question.name);
  const alike = (each: Question | undefined): each is PairwiseQuestion =>
    each?.type === "pairwise" && each.steps === question.steps;
  let from = at;
  while (alike(form[from - 1])) from -= 1;
  let to = at;
  while (alike(form[to])) to += 1;
  const rows = form.slice(from, to).filter(alike);
  if (rows.length < ROWS_OF_A_TABLE) return null;
  // A row that is not always there cannot carry the head.
  const first = rows.find((each) => !each.show_if?.length) ?? rows[0];
  return {
    head: first?.name === question.name,
    tie: rows.some((each) => each.tie),
    bothBad: rows.some((each) => each.both_bad),
  };
}
