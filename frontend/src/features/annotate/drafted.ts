import type { Item } from "@/lib/api/types";
import { isAnswered } from "./form-state";
import { countsOf, type DraftCounts, draftedStore } from "./questions/drafted";
import { countsOfSpans } from "./questions/spans/drafted";
import type { Answers, Question, RationaleAnswer, SpansAnswer } from "./questions/types";

/** What AI drafted for an item: whom it is offered to when, and what is said of it when the answer is sent. */

/** The one part a drafted rationale has. */
export const TEXT = "text";

/**
 * Tells whether somebody has made up their own mind, so that a draft cannot do it for them: for marks, something is
 * said of every text; for a rationale, every other required question is answered.
 */
export function firstPassDone(
  question: Question,
  asked: readonly Question[],
  answers: Answers,
  item: Item,
): boolean {
  if (question.type === "spans") return isAnswered({ ...question, required: true }, answers, item);
  return asked.every(
    (each) => each.name === question.name || !each.required || isAnswered(each, answers, item),
  );
}

/** Sums over the drafts that were offered; undefined where none was. */
export function draftCounts(
  drafts: Answers,
  asked: readonly Question[],
  answers: Answers,
  item: Item,
): DraftCounts | undefined {
  const counts = asked.flatMap((question) => {
    const draft = drafts[question.name];
    const drafted = draftedStore(item.id, question.name).get();
    const shown = firstPassDone(question, asked, answers, item) || Object.keys(drafted.decided).length > 0;
    if (draft === undefined || !shown) return [];
    const answer = answers[question.name];
    if (question.type === "spans")
      return [countsOfSpans(draft as SpansAnswer, answer as SpansAnswer | undefined, drafted)];
    const same = (answer as RationaleAnswer | undefined)?.text === (draft as RationaleAnswer).text;
    return [countsOf([TEXT], new Set(same ? [TEXT] : []), drafted)];
  });
  if (counts.length === 0) return undefined;
  const sum = (name: keyof DraftCounts) => counts.reduce((total, each) => total + each[name], 0);
  return {
    offered: sum("offered"),
    accepted: sum("accepted"),
    corrected: sum("corrected"),
    rejected: sum("rejected"),
  };
}
