import { useActions } from "@/actions";
import { useT } from "@/lib/i18n";
import { ChoiceButton } from "../choice-button";
import type { QuestionProps } from "../module";
import { optionKey, targetsOf } from "../per-target";
import { QuestionLine } from "../question-line";
import { TargetLine } from "../target-line";
import type { ChoiceAnswer, ChoiceQuestion, Target } from "../types";
import { useCursor } from "../use-cursor";
import { byTarget, fromTargets, toggled } from "./answer";

/** Named options, one or several, for the item or for each text. */
export function ChoiceDock(props: QuestionProps<ChoiceQuestion, ChoiceAnswer>) {
  const { question, answer, item, active, onChange } = props;
  const t = useT();
  const chosen = byTarget(question, answer);
  const places = targetsOf(question.per, item);
  const isDone = (place: string) => place in chosen;
  const { at, goTo, advance } = useCursor({ ...props, places, isDone });

  const choose = (target: Target, value: string) => {
    onChange(fromTargets(question, toggled(question, chosen, target, value)));
    // Several may be chosen: whoever answers says when that is enough, by going on.
    if (question.multiple) goTo(target);
    else advance(target);
  };
  useActions(
    active && at !== undefined
      ? question.options.flatMap((option, index) => {
          const key = optionKey(index);
          const id = `annotate.option-${index + 1}`;
          const run = () => choose(at, option.value);
          return key
            ? [{ id, label: option.label, keys: [key], group: t("Verdict"), keyOnly: true, run }]
            : [];
        })
      : [],
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
            single={places.length === 1}
            onChoose={() => goTo(target)}
          >
            {question.options.map((option, index) => (
              <ChoiceButton
                key={option.value}
                label={option.label}
                several={question.multiple}
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
