import { useActions } from "@/actions";
import { ChoiceButton } from "../choice-button";
import type { QuestionProps } from "../module";
import { optionKey, targetsOf } from "../per-target";
import { QuestionLine } from "../question-line";
import { TargetLine } from "../target-line";
import type { ChoiceAnswer, ChoiceQuestion, Target } from "../types";
import { useCursor } from "../use-cursor";
import { byTarget, fromTargets } from "./answer";

/** Named options, one or several, for the item or for each text. */
export function ChoiceDock(props: QuestionProps<ChoiceQuestion, ChoiceAnswer>) {
  const { question, answer, item, active, onChange, onDone } = props;
  const chosen = byTarget(question, answer);
  const places = targetsOf(question.per, item);
  const { at, goTo, advance } = useCursor({ places, isDone: (place) => place in chosen, active, onDone });

  const choose = (target: Target, value: string) => {
    const before = chosen[target];
    const had = Array.isArray(before) ? before : [];
    const toggled = had.includes(value) ? had.filter((each) => each !== value) : [...had, value];
    onChange(fromTargets(question, { ...chosen, [target]: question.multiple ? toggled : value }));
    // Several may be chosen: whoever answers says when that is enough, by going on.
    if (question.multiple) goTo(target);
    else advance(target);
  };
  useActions(
    question.options.flatMap((option, index) => {
      const key = optionKey(index);
      return key
        ? [
            {
              id: `annotate.option-${index + 1}`,
              label: option.label,
              keys: [key],
              group: "Verdict",
              keyOnly: true,
              when: () => active && at !== undefined,
              run: () => at !== undefined && choose(at, option.value),
            },
          ]
        : [];
    }),
  );
  return (
    <QuestionLine {...props}>
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        {places.map((target) => (
          <TargetLine
            key={target}
            item={item}
            target={target}
            current={active && places.length > 1 && target === at}
            onChoose={() => goTo(target)}
          >
            {question.options.map((option, index) => (
              <ChoiceButton
                key={option.value}
                label={option.label}
                action={`annotate.option-${index + 1}`}
                keyShown={active && target === at ? optionKey(index) : undefined}
                chosen={[chosen[target]].flat().includes(option.value)}
                onChoose={() => choose(target, option.value)}
              />
            ))}
          </TargetLine>
        ))}
      </div>
    </QuestionLine>
  );
}
