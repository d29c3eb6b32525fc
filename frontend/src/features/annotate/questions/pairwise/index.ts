import type { QuestionModule } from "../module";
import type { PairwiseAnswer, PairwiseQuestion } from "../types";
import { PairwiseDock } from "./pairwise-dock";
import { positionOf } from "./verdict";

export const pairwise: QuestionModule<PairwiseQuestion, PairwiseAnswer> = {
  isAnswered: (_question, answer, item) => answer !== undefined && positionOf(answer, item) !== null,
  clean: (_question, answer) => answer,
  facts: (_question, answer): Record<string, number | string> =>
    "outcome" in answer
      ? answer.outcome === "tie"
        ? { outcome: "tie", strength: 0 }
        : { outcome: "both_bad" }
      : { outcome: "preference", strength: answer.strength, better: answer.better },
  Dock: PairwiseDock,
};
