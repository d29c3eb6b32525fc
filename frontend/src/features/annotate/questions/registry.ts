import { edit } from "./edit";
import type { QuestionModule } from "./module";
import { pairwise } from "./pairwise";
import { spans } from "./spans";
import { steps } from "./steps";
import { text } from "./text";
import type { QuestionType } from "./types";

/** Type → module. A new type is a folder and a line here. */
const MODULES: Partial<Record<QuestionType, unknown>> = { pairwise, text, spans, steps, edit };

/** The module of a question's type. Callers hand it back that type's own questions and answers only. */
export function questionModule(type: QuestionType): QuestionModule {
  const found = MODULES[type];
  if (!found) throw new Error(`Questions of the type “${type}” cannot be shown.`);
  return found as QuestionModule;
}
