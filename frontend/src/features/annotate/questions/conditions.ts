import { questionModule } from "./registry";
import type { Answers, Condition, Question } from "./types";

/** Mirrors `annotation/domain/conditions.py`; both are tested with the same cases. */
interface Known {
  question: Question;
  answers: Answers;
}

/** The questions that are asked, given what was answered before each of them. */
export function visibleQuestions(questions: readonly Question[], answers: Answers): Question[] {
  const shown = new Map<string, Known>();
  for (const question of questions) {
    if (allHold(question.show_if, shown, answers)) shown.set(question.name, { question, answers });
  }
  return [...shown.values()].map((known) => known.question);
}

/** Whether a question that is asked must be answered. */
export function isRequired(question: Question, visible: readonly Question[], answers: Answers): boolean {
  if (question.required) return true;
  if (!question.required_if?.length) return false;
  const shown = new Map(visible.map((each) => [each.name, { question: each, answers }]));
  return allHold(question.required_if, shown, answers);
}

function allHold(conditions: Condition[] | undefined, shown: Map<string, Known>, answers: Answers): boolean {
  return (conditions ?? []).every((condition) => holds(condition, shown, answers));
}

function holds(condition: Condition, shown: Map<string, Known>, answers: Answers): boolean {
  const known = shown.get(condition.question);
  const answer = known && answers[condition.question];
  if (condition.fact === "answered") return (answer !== undefined) === condition.value;
  const fact = factOf(known, answers, condition.fact);
  if (fact === undefined) return false;
  const { test, value } = condition;
  if (test === "at_least") return typeof fact === "number" && fact >= Number(value);
  if (test === "at_most") return typeof fact === "number" && fact <= Number(value);
  if (test === "differs_from") {
    const other = factOf(shown.get(String(value)), answers, condition.fact);
    return other !== undefined && other !== fact;
  }
  const wanted = Array.isArray(value) ? value : [value];
  if (test === "includes") return Array.isArray(fact) && wanted.some((each) => fact.includes(String(each)));
  const same = wanted.some((each) => each === fact);
  return test === "is" ? same : !same;
}

function factOf(known: Known | undefined, answers: Answers, name: string) {
  if (!known) return undefined;
  const answer = answers[known.question.name];
  return answer === undefined
    ? undefined
    : questionModule(known.question.type).facts(known.question, answer)[name];
}
