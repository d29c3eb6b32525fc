import { useActions } from "@/actions";
import { useT } from "@/lib/i18n";
import { ChoiceButton } from "../choice-button";
import type { QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import type { PairwiseAnswer, PairwiseQuestion } from "../types";
import { PairwiseRow } from "./pairwise-row";
import { tableRowOf } from "./table";
import { answerOf, type Choice, choicesOf, positionOf } from "./verdict";

/** The scale from the first response over "same" to the second, with a key on each button. */
export function PairwiseDock(props: QuestionProps<PairwiseQuestion, PairwiseAnswer>) {
  const { question, answer, item, active, form, onChange, onDone } = props;
  const t = useT();
  const chosen = positionOf(answer, item);
  const choices = choicesOf(question);
  const choose = (position: Choice["position"]) => {
    onChange(answerOf(position, item));
    onDone();
  };
  useActions(
    active
      ? choices.map((choice) => ({
          id: `annotate.choose-${choice.key}`,
          label: t(choice.description),
          keys: [choice.key],
          group: t("Verdict"),
          keyOnly: true,
          run: () => choose(choice.position),
        }))
      : [],
  );
  const row = tableRowOf(question, form.questions);
  if (row) {
    return (
      <QuestionLine {...props} compact>
        <PairwiseRow
          row={row}
          steps={question.steps}
          choices={choices}
          chosen={chosen}
          active={active}
          onChoose={choose}
        />
      </QuestionLine>
    );
  }
  return (
    <QuestionLine {...props}>
      <div className="flex min-w-0 flex-1 flex-wrap gap-1.5 max-sm:grid max-sm:grid-cols-4">
        {choices.map((choice) => (
          <ChoiceButton
            key={choice.key}
            action={`annotate.choose-${choice.key}`}
            keyShown={active ? choice.key : undefined}
            label={t(choice.label)}
            description={t(choice.description)}
            chosen={chosen === choice.position}
            apart={choice.position === "both_bad"}
            onChoose={() => choose(choice.position)}
          />
        ))}
      </div>
    </QuestionLine>
  );
}
