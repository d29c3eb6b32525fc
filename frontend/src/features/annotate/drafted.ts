import type { Item } from "@/lib/api/types";
import { isAnswered } from "./form-state";
import { countsOf, type DraftCounts, draftedStore, TEXT } from "./questions/drafted";
import type { QuestionProps } from "./questions/module";
import { EMPTY } from "./questions/spans/answer";
import { countsOfSpans, waiting } from "./questions/spans/drafted";
import type { Answer, Answers, Question, SpansAnswer } from "./questions/types";

/** What AI drafted for an item: whom it is offered to when, and what is said of it when the answer is sent. */

/**
 * Tells whether somebody has made up their own mind, so that a draft cannot do it for them: for marks, something is
 * said of every text; for a rationale or a text, every other required question is answered but those with a drafted
 * text of their own, which would wait for this one.
 */
export function firstPassDone(
  question: Question,
  asked: readonly Question[],
  answers: Answers,
  item: Item,
  drafts: Answers,
): boolean {
  if (question.type === "spans") return isAnswered({ ...question, required: true }, answers, item);
  const isWritten = (each: Question) => each.type !== "spans" && drafts[each.name] !== undefined;
  return asked.every(
    (each) =>
      each.name === question.name || !each.required || isWritten(each) || isAnswered(each, answers, item),
  );
}

/**
 * The question whose drafted text waits to be used: the active one before all. None while drafted marks of the active
 * question wait, for they have the same key.
 */
export function textWaiting(questions: readonly QuestionProps[]): string | undefined {
  const active = questions.find((each) => each.active);
  if (active && marksWait(active)) return undefined;
  const isOffered = ({ question, draft, item }: QuestionProps) =>
    question.type !== "spans" &&
    draft !== undefined &&
    draftedStore(item.id, question.name).get().decided[TEXT] === undefined;
  return [...(active ? [active] : []), ...questions].find(isOffered)?.question.name;
}

function marksWait({ question, answer, draft, item }: QuestionProps): boolean {
  if (question.type !== "spans" || draft === undefined) return false;
  const said = (answer as SpansAnswer | undefined) ?? EMPTY;
  return waiting(draft as SpansAnswer, said, draftedStore(item.id, question.name).get()).length > 0;
}

/** What is written in an answer to a rationale or a text. */
function wordsIn(answer: Answer | undefined): string {
  const said = answer as string | { text: string } | undefined;
  return (typeof said === "string" ? said : (said?.text ?? "")).trim();
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
    const shown =
      firstPassDone(question, asked, answers, item, drafts) || Object.keys(drafted.decided).length > 0;
    if (draft === undefined || !shown) return [];
    const answer = answers[question.name];
    if (question.type === "spans")
      return [countsOfSpans(draft as SpansAnswer, answer as SpansAnswer | undefined, drafted)];
    const isSame = wordsIn(answer) === wordsIn(draft);
    return [countsOf([TEXT], new Set(isSame ? [TEXT] : []), drafted)];
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
