import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import { PaneButton, PaneControl } from "../pane-control";
import { responseTargets, targetName } from "../targets";
import type { RankingAnswer, RankingQuestion } from "../types";
import { usePaneCursor } from "../use-cursor";
import { hasTop, ranked, ranksOf } from "./order";

/** The slots beside the heading of a response; its own one again takes it out. */
export function RankingHeader(props: PaneProps<RankingQuestion, RankingAnswer>) {
  const { question, answer, item, target, onChange } = props;
  const t = useT();
  const places = responseTargets(item);
  const ranks = ranksOf(answer);
  const isDone = (place: string) => place in ranks;
  const { current, place, goTo, advance, leave } = usePaneCursor({ ...props, places, isDone });
  if (!places.includes(target)) return null;
  const text = targetName(item, target, t);
  const send = (rank: number) => {
    const next = ranked(answer, target, ranks[target] === rank ? null : rank);
    onChange(next);
    if (ranks[target] === rank) goTo(target);
    else if (hasTop(question, next)) leave();
    else advance(target);
  };
  return (
    <PaneControl title={question.title} current={current} ref={place}>
      {places.map((other, index) => (
        <PaneButton
          key={other}
          name={t("Put {{text}} at {{rank}}", { text, rank: index + 1 })}
          chosen={ranks[target] === index + 1}
          onChoose={() => send(index + 1)}
        >
          {index + 1}
        </PaneButton>
      ))}
    </PaneControl>
  );
}
