import { choice } from "./choice";
import { edit } from "./edit";
import type { QuestionModule } from "./module";
import { pairwise } from "./pairwise";
import { ranking } from "./ranking";
import { ratings } from "./ratings";
import { rationale } from "./rationale";
import { spans } from "./spans";
import { steps } from "./steps";
import { text } from "./text";
import { thumbs } from "./thumbs";
import type { QuestionType } from "./types";

/** Type → module. A new type is a folder and a line here. */
const MODULES: Record<QuestionType, unknown> = {
  pairwise,
  ranking,
  ratings,
  spans,
  rationale,
  edit,
  thumbs,
  steps,
  choice,
  text,
};

/** The module of a question's type. Callers hand it back that type's own questions and answers only. */
export function questionModule(type: QuestionType): QuestionModule {
  const found = MODULES[type];
  if (!found) throw new Error(`Questions of the type “${type}” cannot be shown.`);
  return found as QuestionModule;
}
