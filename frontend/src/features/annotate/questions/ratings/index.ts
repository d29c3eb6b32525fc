import { t } from "@/lib/i18n";
import type { QuestionModule } from "../module";
import type { RatingsAnswer, RatingsQuestion } from "../types";
import { cellsOf, isComplete, ratedTargets } from "./cells";
import { RatingsDock } from "./ratings-dock";
import { RatingsHeader } from "./ratings-header";

export const ratings: QuestionModule<RatingsQuestion, RatingsAnswer> = {
  isAnswered: (question, answer, item) => answer !== undefined && isComplete(question, answer, item),
  clean: (_question, answer) =>
    answer && Object.fromEntries(Object.entries(answer).filter(([, row]) => Object.keys(row).length > 0)),
  missingSentence: (question, answer = {}, item) => {
    const total = cellsOf(question, item).length * ratedTargets(question, item).length;
    const given = Object.values(answer).reduce((sum, row) => sum + Object.keys(row).length, 0);
    return t("“{{title}}”: {{given}} of {{total}} ratings are given.", {
      title: question.title,
      given,
      total,
    });
  },
  facts: (_question, answer): Record<string, number> => {
    const numbers = Object.values(answer)
      .flatMap((row) => Object.values(row))
      .filter((rating) => typeof rating === "number");
    return numbers.length > 0 ? { lowest: Math.min(...numbers), highest: Math.max(...numbers) } : {};
  },
  Dock: RatingsDock,
  PaneHeader: RatingsHeader,
};
