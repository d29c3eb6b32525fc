import { t } from "@/lib/i18n";
import type { QuestionModule } from "../module";
import type { RankingAnswer, RankingQuestion } from "../types";
import { dense, hasForbiddenTie, needed, ranksOf } from "./order";
import { RankingDock } from "./ranking-dock";
import { RankingHeader } from "./ranking-header";

export const ranking: QuestionModule<RankingQuestion, RankingAnswer> = {
  isAnswered: (question, answer, item) =>
    answer !== undefined &&
    ("outcome" in answer ||
      (Object.keys(answer.ranks).length >= needed(question, item) && !hasForbiddenTie(question, answer))),
  clean: (_question, answer) => answer && dense(answer),
  missingSentence: (question, answer, item) =>
    hasForbiddenTie(question, answer)
      ? t("“{{title}}”: two responses have the same rank; give each its own.", { title: question.title })
      : t("“{{title}}”: {{ranked}} of {{needed}} are ranked.", {
          title: question.title,
          ranked: Object.keys(ranksOf(answer)).length,
          needed: needed(question, item),
        }),
  facts: (_question, answer) =>
    "outcome" in answer
      ? { outcome: "not_rankable", ranked: 0 }
      : { outcome: "ranked", ranked: Object.keys(answer.ranks).length },
  Dock: RankingDock,
  PaneHeader: RankingHeader,
};
