import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import { PaneButton, PaneControl } from "../pane-control";
import { targetsOf } from "../per-target";
import { targetName } from "../targets";
import type { ChoiceAnswer, ChoiceQuestion } from "../types";
import { usePaneCursor } from "../use-cursor";
import { byTarget, fromTargets, toggled } from "./answer";

/** So many short options fit beside a heading; of more only what was chosen is shown. */
const FITTING_CHARS = 24;

/** A choice for each text, in its heading. */
export function ChoiceHeader(props: PaneProps<ChoiceQuestion, ChoiceAnswer>) {
  const { question, answer, item, target, onChange } = props;
  const t = useT();
  const chosen = byTarget(question, answer);
  const places = targetsOf(question.per, item);
  const isDone = (each: string) => each in chosen;
  const { current, place, goTo, advance } = usePaneCursor({ ...props, places, isDone });
  if (!places.includes(target)) return null;
  const fits = question.options.reduce((sum, option) => sum + option.label.length, 0) <= FITTING_CHARS;
  const mine = [chosen[target] ?? []].flat();
  const text = targetName(item, target, t);
  const choose = (value: string) => {
    onChange(fromTargets(question, toggled(question, chosen, target, value)));
    if (question.multiple) goTo(target);
    else advance(target);
  };
  return (
    <PaneControl title={question.title} current={current} ref={place}>
      {fits
        ? question.options.map((option) => (
            <PaneButton
              key={option.value}
              name={`${option.label}: ${text}`}
              chosen={mine.includes(option.value)}
              onChoose={() => choose(option.value)}
            >
              {option.label}
            </PaneButton>
          ))
        : question.options
            .filter((option) => mine.includes(option.value))
            .map((option) => (
              <span key={option.value} className="rounded-sm bg-sunken px-1.5 text-sm">
                {option.label}
              </span>
            ))}
    </PaneControl>
  );
}
