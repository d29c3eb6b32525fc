import { Markdown } from "@/components/markdown";
import { t } from "@/lib/i18n";
import type { PaneProps, QuestionModule } from "../module";
import { responseTargets, targetName } from "../targets";
import type { StepsAnswer, StepsQuestion } from "../types";
import { chainOf, cleaned, factsOf, isComplete, stepCount, unlabelled } from "./labels";
import { StepsDock } from "./steps-dock";
import { StepsPane } from "./steps-pane";

function PaneBody(props: PaneProps<StepsQuestion, StepsAnswer>) {
  // Steps are cut of responses; earlier turns stay as they are.
  return props.target.startsWith("turn:") ? <Markdown text={props.text} /> : <StepsPane {...props} />;
}

/** A label on each step of a chain of reasoning, and where its first error is. */
export const steps: QuestionModule<StepsQuestion, StepsAnswer> = {
  isAnswered: isComplete,
  clean: (question, answer, item) => (answer === undefined ? undefined : cleaned(question, answer, item)),
  missingSentence: (question, answer, item) => {
    const open = responseTargets(item).flatMap((target) => {
      const [first] = unlabelled(chainOf(answer, target, stepCount(question, item, target)));
      return first === undefined ? [] : [{ target, first }];
    });
    if (!open[0]) return t("Label the steps of a response first.");
    const text = targetName(item, open[0].target, t);
    return t("Label step {{number}} of {{text}}.", { number: open[0].first + 1, text });
  },
  facts: (_question, answer) => factsOf(answer),
  Dock: StepsDock,
  PaneBody,
};
