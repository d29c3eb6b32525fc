import { t } from "@/lib/i18n";
import { shortenSentence, tooMany } from "../drafted-text";
import type { QuestionModule } from "../module";
import { countCodePoints } from "../offsets";
import { isComplete, targetsOf } from "../per-target";
import type { TextAnswer, TextQuestion } from "../types";
import { textsOf } from "./answer";
import { TextDock } from "./text-dock";

/** By how many characters the longest of the texts is too long. */
function excess(question: TextQuestion, answer: TextAnswer | undefined): number {
  return Math.max(
    0,
    ...Object.values(textsOf(answer)).map((words) => tooMany(words.trim(), question.max_chars)),
  );
}

export const text: QuestionModule<TextQuestion, TextAnswer> = {
  isAnswered: (question, answer, item) => {
    const texts = textsOf(answer);
    if (excess(question, answer) > 0) return false;
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
  missingSentence: (question, answer) => {
    const over = excess(question, answer);
    return over > 0
      ? shortenSentence(question, over)
      : t("Answer “{{title}}” first.", { title: question.title });
  },
  facts: (_question, answer) => ({
    characters: Object.values(textsOf(answer)).reduce((sum, words) => sum + countCodePoints(words), 0),
  }),
  Dock: TextDock,
};
