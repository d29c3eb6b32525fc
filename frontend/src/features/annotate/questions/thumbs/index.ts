import type { QuestionModule } from "../module";
import { isComplete, targetsOf } from "../per-target";
import type { ThumbsAnswer, ThumbsQuestion } from "../types";
import { ThumbsDock } from "./thumbs-dock";
import { ThumbsHeader } from "./thumbs-header";

export const thumbs: QuestionModule<ThumbsQuestion, ThumbsAnswer> = {
  isAnswered: (question, answer, item) =>
    answer !== undefined &&
    isComplete(targetsOf(question.per, item), question.required, (target) => target in answer),
  clean: (_question, answer) => answer,
  facts: (_question, answer) => {
    const given = Object.values(answer);
    return {
      up: given.filter((thumb) => thumb === "up").length,
      down: given.filter((thumb) => thumb === "down").length,
    };
  },
  Dock: ThumbsDock,
  PaneHeader: ThumbsHeader,
};
