import type { QuestionModule } from "../module";
import { countCodePoints } from "../offsets";
import { isComplete, targetsOf } from "../per-target";
import type { TextAnswer, TextQuestion } from "../types";
import { textsOf } from "./answer";
import { TextDock } from "./text-dock";

export const text: QuestionModule<TextQuestion, TextAnswer> = {
  isAnswered: (question, answer, item) => {
    const texts = textsOf(answer);
    return isComplete(targetsOf(question.per, item), question.required, (target) => !!texts[target]?.trim());
  },
  clean: (_question, answer) => {
    const written = Object.entries(textsOf(answer)).flatMap(([target, words]) =>
      words.trim() ? [[target, words.trim()] as const] : [],
    );
    if (written.length === 0) return undefined;
    return typeof answer === "string" ? written[0]?.[1] : Object.fromEntries(written);
  },
  takesKeys: () => false,
  facts: (_question, answer) => ({
    characters: Object.values(textsOf(answer)).reduce((sum, words) => sum + countCodePoints(words), 0),
  }),
  Dock: TextDock,
};
