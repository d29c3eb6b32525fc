import type { QuestionModule } from "../module";
import type { TextAnswer, TextQuestion } from "../types";
import { TextDock } from "./text-dock";

export const text: QuestionModule<TextQuestion, TextAnswer> = {
  isAnswered: (_question, answer) => typeof answer === "string" && answer.trim() !== "",
  clean: (_question, answer) => (typeof answer === "string" ? answer.trim() || undefined : answer),
  facts: (_question, answer) => ({
    characters: [...(typeof answer === "string" ? answer : Object.values(answer).join(""))].length,
  }),
  Dock: TextDock,
};
