import type { QuestionModule } from "../module";
import { isComplete, targetsOf } from "../per-target";
import type { ChoiceAnswer, ChoiceQuestion } from "../types";
import { byTarget } from "./answer";
import { ChoiceDock } from "./choice-dock";
import { ChoiceHeader } from "./choice-header";

export const choice: QuestionModule<ChoiceQuestion, ChoiceAnswer> = {
  isAnswered: (question, answer, item) => {
    const chosen = byTarget(question, answer);
    return isComplete(targetsOf(question.per, item), question.required, (target) => target in chosen);
  },
  clean: (_question, answer) => answer,
  facts: (question, answer) => ({ chosen: [...new Set(Object.values(byTarget(question, answer)).flat())] }),
  Dock: ChoiceDock,
  PaneHeader: ChoiceHeader,
};
