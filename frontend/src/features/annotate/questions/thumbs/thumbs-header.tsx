import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import { PaneButton, PaneControl } from "../pane-control";
import { targetsOf } from "../per-target";
import { targetName } from "../targets";
import type { ThumbsAnswer, ThumbsQuestion } from "../types";
import { usePaneCursor } from "../use-cursor";
import { ThumbIcon } from "./thumb-icon";

/** The two thumbs beside the heading of the text they are about. */
export function ThumbsHeader(props: PaneProps<ThumbsQuestion, ThumbsAnswer>) {
  const { question, answer, item, target, onChange } = props;
  const t = useT();
  const places = targetsOf(question.per, item);
  const isDone = (each: string) => answer?.[each] !== undefined;
  const { current, place, advance } = usePaneCursor({ ...props, places, isDone });
  if (!places.includes(target)) return null;
  const text = targetName(item, target, t);
  const give = (thumb: "up" | "down") => {
    onChange({ ...answer, [target]: thumb });
    advance(target);
  };
  return (
    <PaneControl title={question.title} current={current} ref={place}>
      <PaneButton
        name={t("{{text}} is good", { text })}
        chosen={answer?.[target] === "up"}
        onChoose={() => give("up")}
      >
        <ThumbIcon thumb="up" filled={answer?.[target] === "up"} />
      </PaneButton>
      <PaneButton
        name={t("{{text}} is bad", { text })}
        chosen={answer?.[target] === "down"}
        onChoose={() => give("down")}
      >
        <ThumbIcon thumb="down" filled={answer?.[target] === "down"} />
      </PaneButton>
    </PaneControl>
  );
}
