import { useActions } from "@/actions";
import { ChoiceButton } from "../choice-button";
import type { QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import type { PairwiseAnswer, PairwiseQuestion } from "../types";
import { answerOf, type Choice, choicesOf, positionOf } from "./verdict";

/** The scale from the first response over "same" to the second, with a key on each button. */
export function PairwiseDock(props: QuestionProps<PairwiseQuestion, PairwiseAnswer>) {
  const { question, answer, item, active, onChange, onDone } = props;
  const chosen = positionOf(answer, item);
  const choices = choicesOf(question);
  const choose = (position: Choice["position"]) => {
    onChange(answerOf(position, item));
    onDone();
  };
  useActions(
    choices.map((choice) => ({
      id: `annotate.choose-${choice.key}`,
      label: choice.description,
      keys: [choice.key],
      group: "Verdict",
      keyOnly: true,
      when: () => active,
      run: () => choose(choice.position),
    })),
  );
  return (
    <QuestionLine {...props}>
      <div className="flex min-w-0 flex-1 flex-wrap gap-1.5 max-sm:grid max-sm:grid-cols-4">
        {choices.map((choice) => (
          <ChoiceButton
            key={choice.key}
            action={`annotate.choose-${choice.key}`}
            keyShown={active ? choice.key : undefined}
            label={choice.label}
            description={choice.description}
            chosen={chosen === choice.position}
            apart={choice.position === "both_bad"}
            onChoose={() => choose(choice.position)}
          />
        ))}
      </div>
    </QuestionLine>
  );
}
