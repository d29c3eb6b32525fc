import { useActions } from "@/actions";
import { msg, useT } from "@/lib/i18n";
import { ChoiceButton } from "../choice-button";
import type { QuestionProps } from "../module";
import { targetsOf } from "../per-target";
import { QuestionLine } from "../question-line";
import { TargetLine } from "../target-line";
import type { Target, ThumbsAnswer, ThumbsQuestion } from "../types";
import { useCursor } from "../use-cursor";
import { ThumbIcon } from "./thumb-icon";

export const THUMBS = [
  { value: "up", key: "1", label: msg("Thumb up") },
  { value: "down", key: "2", label: msg("Thumb down") },
] as const;

/** Up or down for each text on its own. */
export function ThumbsDock(props: QuestionProps<ThumbsQuestion, ThumbsAnswer>) {
  const { question, answer, item, active, onChange } = props;
  const t = useT();
  const places = targetsOf(question.per, item);
  const isDone = (place: string) => answer?.[place] !== undefined;
  const { at, goTo, advance } = useCursor({ ...props, places, isDone });
  const give = (target: Target, thumb: "up" | "down") => {
    onChange({ ...answer, [target]: thumb });
    advance(target);
  };
  useActions(
    active && at !== undefined
      ? THUMBS.map((thumb) => ({
          id: `annotate.thumb-${thumb.value}`,
          label: t(thumb.label),
          keys: [thumb.key],
          group: t("Verdict"),
          keyOnly: true,
          run: () => give(at, thumb.value),
        }))
      : [],
  );
  return (
    <QuestionLine {...props}>
      <div className="grid min-w-0 flex-1 grid-cols-[repeat(auto-fill,minmax(300px,1fr))] gap-x-4 gap-y-1.5 max-sm:grid-cols-1">
        {places.map((target) => (
          <TargetLine
            key={target}
            item={item}
            target={target}
            current={active && places.length > 1 && target === at}
            single={places.length === 1}
            onChoose={() => goTo(target)}
          >
            {THUMBS.map((thumb) => (
              <ChoiceButton
                key={thumb.value}
                label={t(thumb.label)}
                icon={<ThumbIcon thumb={thumb.value} filled={answer?.[target] === thumb.value} />}
                action={`annotate.thumb-${thumb.value}`}
                keyShown={active && target === at ? thumb.key : undefined}
                chosen={answer?.[target] === thumb.value}
                onChoose={() => give(target, thumb.value)}
              />
            ))}
          </TargetLine>
        ))}
      </div>
    </QuestionLine>
  );
}
