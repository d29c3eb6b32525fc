import type { Form, Item } from "@/lib/api/types";
import { isRequired, visibleQuestions } from "./questions/conditions";
import { questionModule } from "./questions/registry";
import type { Answers, Question } from "./questions/types";

export function isAnswered(question: Question, answers: Answers, item: Item): boolean {
  return questionModule(question.type).isAnswered(question, answers[question.name], item);
}

/** Only answers that are complete count when conditions are looked at: half a ranking decides nothing. */
export function completeAnswers(form: Form, answers: Answers, item: Item): Answers {
  return Object.fromEntries(
    form.questions.flatMap((question) => {
      const answer = answers[question.name];
      return answer !== undefined && isAnswered(question, answers, item) ? [[question.name, answer]] : [];
    }),
  );
}

/** The questions on screen, and which of them have to be answered. */
export function askedQuestions(form: Form, answers: Answers, item: Item) {
  const complete = completeAnswers(form, answers, item);
  const visible = visibleQuestions(form.questions, complete);
  return visible.map((question) => ({ question, required: isRequired(question, visible, complete) }));
}

/** Required questions that have no answer yet. */
export function missingQuestions(form: Form, answers: Answers, item: Item): Question[] {
  return askedQuestions(form, answers, item)
    .filter(({ question, required }) => required && !isAnswered(question, answers, item))
    .map(({ question }) => question);
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

/** The question the keys belong to: the one chosen, else the first without an answer, else the first. */
export function activeQuestion(
  asked: readonly Question[],
  answers: Answers,
  item: Item,
  chosen: string | null,
): Question | undefined {
  return (
    asked.find((question) => question.name === chosen) ??
    asked.find((question) => !isAnswered(question, answers, item)) ??
    asked[0]
  );
}
