import type { DraftCounts, Drafted } from "../drafted";
import { countsOf } from "../drafted";
import type { Mark, Omission, SpansAnswer } from "../types";

/** Marks and omissions that AI drafted, as they become part of somebody's answer. Pure; nothing here knows of the page. */

export type DraftedEntry = { id: string; mark: Mark } | { id: string; omission: Omission };

export function entriesOf(draft: SpansAnswer): DraftedEntry[] {
  return [
    ...draft.marks.map((mark) => ({ id: markName(mark), mark })),
    ...draft.omissions.map((omission) => ({ id: omissionName(omission), omission })),
  ];
}

/** The same words under the same category: notes, severity and evidence may differ. */
const markName = (mark: Mark) => `${mark.target}@${mark.start}-${mark.end} ${mark.category}`;
const omissionName = (omission: Omission) => `${omission.target} ${omission.category}`;

function namesIn(answer: SpansAnswer): Set<string> {
  return new Set(entriesOf(answer).map((entry) => entry.id));
}

/** What is neither decided nor said already. */
export function waiting(draft: SpansAnswer, answer: SpansAnswer, { decided }: Drafted): DraftedEntry[] {
  const said = namesIn(answer);
  return entriesOf(draft).filter((entry) => !decided[entry.id] && !said.has(entry.id));
}

/** The marks somebody made that a drafted one would take the place of. */
export function replacedBy(answer: SpansAnswer, entry: DraftedEntry): Mark[] {
  if (!("mark" in entry)) return [];
  const { target, start, end } = entry.mark;
  return answer.marks.filter((mark) => mark.target === target && mark.start < end && mark.end > start);
}

/** With the entry in the answer, in the place of marks it overlaps and of “no errors found”. */
export function accepted(answer: SpansAnswer, entry: DraftedEntry): SpansAnswer {
  const isMark = "mark" in entry;
  const target = isMark ? entry.mark.target : entry.omission.target;
  const no_error = answer.no_error.filter((each) => each !== target);
  if (!isMark) return { ...answer, no_error, omissions: [...answer.omissions, entry.omission] };
  const replaced = replacedBy(answer, entry);
  const marks = [...answer.marks.filter((mark) => !replaced.includes(mark)), entry.mark];
  return { ...answer, no_error, marks: marks.sort((a, b) => order(a, b)) };
}

function order(a: Mark, b: Mark): number {
  return (a.target === b.target ? a.start - b.start : 0) || (a.target < b.target ? -1 : 1);
}

export function countsOfSpans(
  draft: SpansAnswer,
  answer: SpansAnswer | undefined,
  drafted: Drafted,
): DraftCounts {
  const parts = entriesOf(draft).map((entry) => entry.id);
  return countsOf(parts, answer ? namesIn(answer) : new Set(), drafted);
}
