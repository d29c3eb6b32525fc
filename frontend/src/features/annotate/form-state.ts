import type { Form, Item } from "@/lib/api/types";
import { isRequired, visibleQuestions } from "./questions/conditions";
import { questionModule } from "./questions/registry";
import type { Answers, Question } from "./questions/types";

export function isAnswered(question: Question, answers: Answers, item: Item): boolean {
  return questionModule(question.type).isAnswered(question, answers[question.name], item);
}

function takesKeys(question: Question): boolean {
  return questionModule(question.type).takesKeys?.(question) ?? true;
}

/**
 * What conditions look at: only answers that are complete, for half a ranking decides nothing, and those as they
 * are sent, because the server looks at these.
 */
export function completeAnswers(form: Form, answers: Answers, item: Item): Answers {
  return Object.fromEntries(
    form.questions.flatMap((question) => {
      if (answers[question.name] === undefined || !isAnswered(question, answers, item)) return [];
      const sent = questionModule(question.type).clean(question, answers[question.name], item);
      return sent === undefined ? [] : [[question.name, sent]];
    }),
  );
}

/** The questions on screen, and which of them have to be answered. */
export function askedQuestions(form: Form, answers: Answers, item: Item) {
  const complete = completeAnswers(form, answers, item);
  const visible = visibleQuestions(form.questions, complete);
  return visible.map((question) => ({ question, required: isRequired(question, visible, complete) }));
}

/** Required questions without an answer, and others with half of one, which must not be lost silently. */
export function missingQuestions(form: Form, answers: Answers, item: Item): Question[] {
  return askedQuestions(form, answers, item).flatMap(({ question, required }) => {
    const held = { ...question, required };
    if (isAnswered(held, answers, item)) return [];
    return required || isBegun(question, answers, item) ? [held] : [];
  });
}

function isBegun(question: Question, answers: Answers, item: Item): boolean {
  const answer = answers[question.name];
  return answer !== undefined && questionModule(question.type).clean(question, answer, item) !== undefined;
}

/** What is sent: without empty answers, and without those to questions that are not asked any more. */
export function cleanAnswers(form: Form, answers: Answers, item: Item): Answers {
  return Object.fromEntries(
    askedQuestions(form, answers, item).flatMap(({ question }) => {
      if (!isAnswered(question, answers, item)) return [];
      const clean = questionModule(question.type).clean(question, answers[question.name], item);
      return clean === undefined ? [] : [[question.name, clean]];
    }),
  );
}

/** Those of `answers` that answer a question of this form completely; they may have been given to another form. */
export function fittingAnswers(form: Form, answers: Answers, item: Item): Answers {
  return Object.fromEntries(
    form.questions.flatMap((question) => {
      const answer = answers[question.name];
      try {
        return answer !== undefined && isAnswered(question, answers, item) ? [[question.name, answer]] : [];
      } catch {
        // An answer of another type, which this question's module cannot read.
        return [];
      }
    }),
  );
}

/**
 * The question the keys belong to: the one chosen, else the next that has no answer and takes keys, from the last one
 * on. When there is none it stays where it is, so that another key corrects what was just answered and nothing else.
 */
export function activeQuestion(
  asked: readonly Question[],
  answers: Answers,
  item: Item,
  chosen: string | null,
  last: string | null = null,
): Question | undefined {
  const from = Math.max(
    0,
    asked.findIndex((question) => question.name === last),
  );
  const onwards = [...asked.slice(from), ...asked.slice(0, from)];
  return (
    asked.find((question) => question.name === chosen) ??
    onwards.find((question) => takesKeys(question) && !isAnswered(question, answers, item)) ??
    onwards[0]
  );
}
