import { Markdown } from "@/components/markdown";
import { t } from "@/lib/i18n";
import type { PaneProps, QuestionModule } from "../module";
import { targetName } from "../targets";
import type { EditAnswer, EditQuestion } from "../types";
import { cleaned, emptied, factsOf, isComplete, openTargets } from "./answer";
import { EditDock } from "./edit-dock";
import { EditPane } from "./edit-pane";

function PaneBody(props: PaneProps<EditQuestion, EditAnswer>) {
  // Only responses are corrected; earlier turns stay as they are.
  return props.target.startsWith("turn:") ? <Markdown text={props.text} /> : <EditPane {...props} />;
}

/** A response corrected in place; edited over original becomes a pair when the answers are folded back. */
export const edit: QuestionModule<EditQuestion, EditAnswer> = {
  isAnswered: isComplete,
  clean: (_question, answer, item) => cleaned(answer, item),
  missingSentence: (question, answer, item) => {
    if (emptied(answer))
      return t("An edited response cannot be empty. Write something or go back to the original.");
    if (question.which === "any") return t("Edit one of the responses first, with e.");
    const texts = openTargets(question, answer, item).map((target) => targetName(item, target, t));
    return t("Edit {{texts}} too.", { texts: texts.join(", ") });
  },
  facts: (_question, answer) => factsOf(answer),
  Dock: EditDock,
  PaneBody,
};
