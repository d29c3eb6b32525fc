import type { components } from "@/lib/api/schema";
import { formatCount } from "@/lib/format";

export type ExportCheck = components["schemas"]["ExportCheck"];

/** Why a candidate makes no row, as it follows a number; others are said by their names. */
const REASONS: Record<string, string> = {
  tie: "tied",
  gap_not_positive: "whose gap is not above 0",
  offset_below_zero: "whose offset would be below 0",
  reward_contradicts_label: "whose reward contradicts the label",
  score_contradicts_label: "whose score contradicts the label",
  score_between_thresholds: "with a score between the thresholds",
  equal_scores: "with equal scores",
  identical_answers: "with the same answer twice",
  reference_is_of_the_pair: "whose reference is an answer of the pair",
  other_aspect: "compared by another aspect",
  repeated: "that repeat an earlier one",
  turns_do_not_alternate: "whose turns do not alternate",
  offsets_differ_from_text: "with marks that do not fit the text",
  steps_differ_from_text: "with steps that do not fit the text",
  quality_control: "of control questions",
};

/** What one of is missing; of everything else there are several or none. */
const SINGLE = new Set([
  "gap",
  "reward",
  "score",
  "reference",
  "context",
  "rationale",
  "aspect",
  "edit",
  "pair",
]);

/** "60 without a gap", "28 tied". */
export function reasonWords(reason: string, count: number): string {
  const missing = /^no_(.+)$/.exec(reason)?.[1];
  if (!missing) return `${formatCount(count)} ${REASONS[reason] ?? reason.replaceAll("_", " ")}`;
  const article = SINGLE.has(missing) ? (/^[aeiou]/.test(missing) ? "an " : "a ") : "";
  return `${formatCount(count)} without ${article}${missing.replaceAll("_", " ")}`;
}

export const writtenOf = (check: ExportCheck) => check.rows.train + check.rows.test;

/** Why nothing can start and what to do; null where something can, or where only a part was looked at. */
export function blockOf(check: ExportCheck | undefined, trains: boolean): string | null {
  if (!check?.is_whole) return null;
  if (check.dropped.length > 0 && writtenOf(check) === 0) {
    const advice = trains ? "another loss, or other options of the rows" : "another format or other options";
    return `${nothingWords(check)} Choose ${advice}.`;
  }
  if (check.problem) return check.problem;
  return trains && check.rows.train === 0
    ? "All that can be used is held out for testing, so there is nothing to train on. Make a snapshot with a smaller test fraction."
    : null;
}

export interface CheckWords {
  text: string;
  /** Whether a person should choose something else before going on. */
  warns: boolean;
}

/** How much of a snapshot can be used and why the rest is left out; `needed` are the columns that a loss is about. */
export function checkWords(check: ExportCheck, needed: readonly string[] = []): CheckWords {
  const written = writtenOf(check);
  if (written === 0) return { text: nothingWords(check), warns: true };
  if (check.problem) return { text: check.problem, warns: true };
  const notes = columnNotes(check, needed);
  const none =
    check.rows.train === 0 ? "All of it is held out for testing; there is nothing to train on." : "";
  return {
    text: [usableWords(check, written), leftOutWords(check), none, ...notes.map((note) => note.text)]
      .filter(Boolean)
      .join(" "),
    warns: none !== "" || notes.some((note) => note.warns),
  };
}

/** "500 pairs", "the first 20,000 pairs". */
function lookedAt(check: ExportCheck, article = ""): string {
  const unit = check.reads === "pairs" ? "pair" : "record";
  const units = `${formatCount(check.looked_at)} ${unit}${check.looked_at === 1 ? "" : "s"}`;
  return check.is_whole ? `${article}${units}` : `the first ${units}`;
}

/** What rows could be made of; pairs and records that make one each are counted themselves. */
const candidatesOf = (check: ExportCheck, article: string) =>
  check.candidates === check.looked_at
    ? lookedAt(check, article)
    : `${article}${formatCount(check.candidates)} rows that ${lookedAt(check, "the ")} could make`;

function usableWords(check: ExportCheck, written: number): string {
  if (written < check.candidates) return `${formatCount(written)} of ${candidatesOf(check, "")} can be used.`;
  return check.candidates === check.looked_at
    ? `All of ${lookedAt(check, "the ")} can be used.`
    : `All ${formatCount(written)} rows that ${lookedAt(check, "the ")} make can be used.`;
}

function leftOutWords(check: ExportCheck): string {
  const total = check.dropped.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return "";
  const are = total === 1 ? "is left out" : "are left out";
  return check.dropped.length === 1
    ? `${reasonsIn(check)} ${are}.`
    : `${formatCount(total)} ${are}: ${reasonsIn(check)}.`;
}

const reasonsIn = (check: ExportCheck) =>
  check.dropped.map(({ reason, count }) => reasonWords(reason, count)).join(", ");

function nothingWords(check: ExportCheck): string {
  if (check.dropped.length === 0) {
    const problem = check.problem || "There is nothing to use.";
    return check.is_whole ? problem : `${problem} Only the first pairs were looked at.`;
  }
  return `None of ${candidatesOf(check, "the ")} can be used: ${reasonsIn(check)}.`;
}

const having = (count: number, what: string) =>
  count === 1 ? `1 has ${what}.` : `${formatCount(count)} have ${what.replace("its own", "their own")}.`;

/** By column, of rows that say something in it and the others. */
const OF_COLUMN: Record<string, (said: number, others: number) => string> = {
  margin: (said, others) =>
    said === 0 ? "None has a margin above 0." : others > 0 ? having(others, "no margin above 0") : "",
  weight: (said) => (said === 0 ? "None has a weight of its own." : having(said, "a weight of its own")),
  soft_label: (said) =>
    said === 0 ? "None has a soft label of its own." : having(said, "a soft label of its own"),
  tie: (said) =>
    said === 0
      ? "None is a tie."
      : `${formatCount(said)} ${said === 1 ? "is a tie" : "are ties"}, which the snapshot itself does not keep.`,
};

/** What rows say in the columns for which that can be told; a loss learns nothing from one in which none says anything. */
function columnNotes(check: ExportCheck, needed: readonly string[]): CheckWords[] {
  // Of ties nobody expects a margin.
  const preferred = writtenOf(check) - (check.columns.find(({ name }) => name === "tie")?.said ?? 0);
  return check.columns.flatMap(({ name, said }) => {
    const text = said === null ? "" : (OF_COLUMN[name]?.(said, preferred - said) ?? "");
    return text ? [{ text, warns: said === 0 && needed.includes(name) }] : [];
  });
}
