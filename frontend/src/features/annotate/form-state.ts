import type { Answers, Form, Item, PairwiseQuestion, Question } from "@/lib/api/types";
import { positionOf } from "./verdict";

export function isPairwise(question: Question): question is PairwiseQuestion {
  return question.type === "pairwise";
}

export function isAnswered(question: Question, answers: Answers, item: Item): boolean {
  const answer = answers[question.name];
  if (isPairwise(question)) return typeof answer === "object" && positionOf(answer, item) !== null;
  return typeof answer === "string" && answer.trim() !== "";
}

/** Titles of the required questions that have no answer yet. */
export function missingQuestions(form: Form, answers: Answers, item: Item): Question[] {
  return form.questions.filter((question) => question.required && !isAnswered(question, answers, item));
}

/** What is sent: empty texts are left out rather than sent as empty answers. */
export function cleanAnswers(form: Form, answers: Answers, item: Item): Answers {
  return Object.fromEntries(
    form.questions
      .filter((question) => isAnswered(question, answers, item))
      .map((question) => {
        const answer = answers[question.name] as Answers[string];
        return [question.name, typeof answer === "string" ? answer.trim() : answer];
      }),
  );
}

/** The question the digit keys answer: the one chosen, else the first pairwise one without an answer. */
export function activeQuestion(
  form: Form,
  answers: Answers,
  item: Item,
  chosen: string | null,
): PairwiseQuestion | null {
  const pairwise = form.questions.filter(isPairwise);
  return (
    pairwise.find((question) => question.name === chosen) ??
    pairwise.find((question) => !isAnswered(question, answers, item)) ??
    pairwise.at(-1) ??
    null
  );
}
