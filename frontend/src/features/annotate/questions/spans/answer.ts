import type { Offsets } from "@/components/source-text";
import type { Item } from "@/lib/api/types";
import { fromCodePoint, toCodePoint } from "../offsets";
import { responseTargets, textOf, turnTargets } from "../targets";
import { textHash } from "../text-hash";
import type { Facts, Mark, Omission, PassageEvidence, SpansAnswer, SpansQuestion, Target } from "../types";

/** The answer to a spans question, changed by pure functions. Nothing here knows of the page. */

export const EMPTY: SpansAnswer = { sha256: {}, marks: [], omissions: [], no_error: [] };

export function targetsOf(question: SpansQuestion, item: Item): Target[] {
  return question.prompt_turns ? turnTargets(item) : responseTargets(item);
}

/** Marks of one text do not overlap, so where one begins names it. */
export function markId(mark: Pick<Mark, "target" | "start">): string {
  return `${mark.target}@${mark.start}`;
}

/** Omissions have no place; their turn among the answer's omissions names them. */
export function omissionId(index: number): string {
  return `omission:${index}`;
}

export function findMark(answer: SpansAnswer, id: string | null): Mark | undefined {
  return answer.marks.find((mark) => markId(mark) === id);
}

export function omissionIndex(id: string | null): number | null {
  const found = /^omission:(\d+)$/.exec(id ?? "");
  return found ? Number(found[1]) : null;
}

export function marksOn(answer: SpansAnswer, target: Target): Mark[] {
  return answer.marks.filter((mark) => mark.target === target).sort((a, b) => a.start - b.start);
}

export function priorityOf(question: SpansQuestion, category: string): number {
  return question.categories.findIndex((each) => each.name === category);
}

/** Marks of the text that share a character with the selection; `except` is not looked at. */
export function overlapping(
  answer: SpansAnswer,
  target: Target,
  text: string,
  selected: Offsets,
  except: string | null = null,
): Mark[] {
  const start = toCodePoint(text, selected.start);
  const end = toCodePoint(text, selected.end);
  return marksOn(answer, target).filter(
    (mark) => mark.start < end && mark.end > start && markId(mark) !== except,
  );
}

/** A new mark over UTF-16 offsets of the text, in the place of those it is to replace. */
export function addMark(
  answer: SpansAnswer,
  target: Target,
  text: string,
  selected: Offsets,
  category: string,
  replaced: readonly Mark[] = [],
): { answer: SpansAnswer; id: string } {
  const mark: Mark = {
    target,
    start: toCodePoint(text, selected.start),
    end: toCodePoint(text, selected.end),
    quote: text.slice(selected.start, selected.end),
    category,
    severity: null,
    note: "",
    evidence: null,
  };
  const kept = answer.marks.filter((each) => !replaced.includes(each));
  return {
    answer: {
      ...answer,
      marks: [...kept, mark].sort(
        (a, b) => (a.target === b.target ? a.start - b.start : 0) || (a.target < b.target ? -1 : 1),
      ),
      no_error: answer.no_error.filter((each) => each !== target),
    },
    id: markId(mark),
  };
}

export function changeMark(answer: SpansAnswer, id: string, change: Partial<Mark>): SpansAnswer {
  return {
    ...answer,
    marks: answer.marks.map((mark) => (markId(mark) === id ? { ...mark, ...change } : mark)),
  };
}

/** Another category; evidence that the new one does not take is dropped. */
export function recategorise(
  question: SpansQuestion,
  answer: SpansAnswer,
  id: string,
  category: string,
): SpansAnswer {
  const kind = question.categories.find((each) => each.name === category)?.evidence;
  const mark = findMark(answer, id);
  const evidence = mark?.evidence?.kind === kind ? mark?.evidence : null;
  return changeMark(answer, id, { category, evidence: evidence ?? null });
}

export function addOmission(
  answer: SpansAnswer,
  target: Target,
  category: string,
): { answer: SpansAnswer; id: string } {
  const omission: Omission = { target, category, note: "", evidence: null };
  return {
    answer: {
      ...answer,
      omissions: [...answer.omissions, omission],
      no_error: answer.no_error.filter((each) => each !== target),
    },
    id: omissionId(answer.omissions.length),
  };
}

export function changeOmission(answer: SpansAnswer, index: number, change: Partial<Omission>): SpansAnswer {
  return {
    ...answer,
    omissions: answer.omissions.map((each, place) => (place === index ? { ...each, ...change } : each)),
  };
}

/** Takes away a mark or an omission. */
export function remove(answer: SpansAnswer, id: string): SpansAnswer {
  const index = omissionIndex(id);
  if (index !== null) return { ...answer, omissions: answer.omissions.filter((_each, at) => at !== index) };
  return { ...answer, marks: answer.marks.filter((mark) => markId(mark) !== id) };
}

/** "No errors found" on a text; not while something is marked there. */
export function toggleNoError(answer: SpansAnswer, target: Target): SpansAnswer | null {
  if (answer.no_error.includes(target))
    return { ...answer, no_error: answer.no_error.filter((each) => each !== target) };
  if (isMarked(answer, target)) return null;
  return { ...answer, no_error: [...answer.no_error, target] };
}

function isMarked(answer: SpansAnswer, target: Target): boolean {
  return (
    answer.marks.some((mark) => mark.target === target) ||
    answer.omissions.some((omission) => omission.target === target)
  );
}

export function isDone(answer: SpansAnswer, target: Target): boolean {
  return answer.no_error.includes(target) || isMarked(answer, target);
}

export function isEmpty(answer: SpansAnswer): boolean {
  return answer.marks.length + answer.omissions.length + answer.no_error.length === 0;
}

/** Texts of which nothing is said yet. */
export function openTargets(question: SpansQuestion, answer: SpansAnswer, item: Item): Target[] {
  return targetsOf(question, item).filter((target) => !isDone(answer, target));
}

/** Marks whose category must point to something and do not. */
export function lackingEvidence(question: SpansQuestion, answer: SpansAnswer): Mark[] {
  const strict = new Set(
    question.categories.filter((each) => each.evidence_required).map((each) => each.name),
  );
  return answer.marks.filter((mark) => strict.has(mark.category) && mark.evidence === null);
}

/** Complete enough to be sent: every text looked at where the question is required, and all evidence given. */
export function isComplete(question: SpansQuestion, answer: SpansAnswer, item: Item): boolean {
  if (isEmpty(answer) || lackingEvidence(question, answer).length > 0) return false;
  return !question.required || openTargets(question, answer, item).length === 0;
}

/** What is sent: with the hash of each text that something is said about. */
export function withHashes(answer: SpansAnswer, item: Item): SpansAnswer {
  const said = [...answer.marks, ...answer.omissions].map((each) => each.target);
  const sha256: Record<Target, string> = {};
  for (const target of new Set(said)) {
    const text = textOf(item, target);
    if (text !== undefined) sha256[target] = textHash(text);
  }
  return { ...answer, sha256 };
}

export function factsOf(answer: SpansAnswer): Facts {
  return {
    marks: answer.marks.length,
    omissions: answer.omissions.length,
    categories: [...new Set([...answer.marks, ...answer.omissions].map((each) => each.category))].sort(),
  };
}

/** A mark's place in UTF-16 units of the text, as the page counts. */
export function offsetsOf(text: string, mark: { start: number; end: number }): Offsets {
  return { start: fromCodePoint(text, mark.start), end: fromCodePoint(text, mark.end) };
}

/** Adds or takes away a sentence; sentences of another passage give way. Null when none is left. */
export function toggleSentence(
  evidence: PassageEvidence | null,
  passage: number,
  sentence: number,
): PassageEvidence | null {
  const before = evidence?.passage === passage ? evidence.sentences : [];
  const sentences = before.includes(sentence)
    ? before.filter((each) => each !== sentence)
    : [...before, sentence].sort((a, b) => a - b);
  return sentences.length > 0 ? { kind: "passage", passage, sentences } : null;
}
