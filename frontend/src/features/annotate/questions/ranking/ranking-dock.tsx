import { useActions } from "@/actions";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { ChoiceButton } from "../choice-button";
import type { QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import { responseTargets, targetName } from "../targets";
import type { RankingAnswer, RankingQuestion } from "../types";
import { useCursor } from "../use-cursor";
import { hasTop, ranked, ranksOf } from "./order";
import { Card, Slot } from "./slots";

/** Slots from best to worst; a digit, a click or a drag sends the card at hand to one. Equal slots are ties. */
export function RankingDock(props: QuestionProps<RankingQuestion, RankingAnswer>) {
  const { question, answer, item, active, onChange, onDone } = props;
  const t = useT();
  const places = responseTargets(item);
  const ranks = ranksOf(answer);
  const notRankable = answer !== undefined && "outcome" in answer;
  const isDone = (place: string) => place in ranks;
  const { at, goTo, advance, leave } = useCursor({ ...props, places, isDone });
  const slots = places.map((_, index) => index + 1);

  const send = (response: string, rank: number | null) => {
    const next = ranked(answer, response, rank);
    onChange(next);
    if (rank === null) goTo(response);
    else if (hasTop(question, next)) leave();
    else advance(response);
  };
  const giveUp = () => {
    onChange(notRankable ? undefined : { outcome: "not_rankable" });
    if (!notRankable) onDone();
  };
  const group = t("Verdict");
  useActions(
    active && at !== undefined
      ? [
          ...slots.slice(0, 9).map((rank) => ({
            id: `annotate.rank-${rank}`,
            label: t("Rank {{rank}}", { rank }),
            keys: [String(rank)],
            group,
            keyOnly: true,
            run: () => send(at, rank),
          })),
          {
            id: "annotate.unrank",
            label: t("Take out of the ranking"),
            keys: ["Backspace"],
            group,
            keyOnly: true,
            run: () => send(at, null),
          },
          {
            id: "annotate.not-rankable",
            label: t("Not rankable"),
            keys: ["0"],
            group,
            keyOnly: true,
            when: () => question.not_rankable,
            run: giveUp,
          },
        ]
      : [],
  );

  const cards = (rank: number | undefined) =>
    places
      .filter((place) => ranks[place] === rank)
      .map((place) => (
        <Card
          key={place}
          response={place}
          name={targetName(item, place, t)}
          current={active && place === at}
          onChoose={() => goTo(place)}
        />
      ));
  return (
    <QuestionLine {...props}>
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-1.5 max-sm:flex-col max-sm:items-stretch">
        <div
          className={cx("flex min-w-0 flex-1 flex-wrap gap-1.5", notRankable && "opacity-60")}
          // As high as at the beginning, so that the page does not move with every card that is ranked.
          style={{ minHeight: 42 + 36 * Math.ceil(places.length / 2) }}
        >
          {slots.map((rank) => (
            <Slot
              key={rank}
              name={t("Rank {{rank}}", { rank })}
              action={`annotate.rank-${rank}`}
              digit={active && rank <= 9 ? String(rank) : undefined}
              onTake={(response) => send(response, rank)}
              onClick={() => at !== undefined && send(at, rank)}
            >
              {cards(rank)}
            </Slot>
          ))}
          <Slot
            name={t("Not ranked")}
            action="annotate.unrank"
            digit={active ? "Backspace" : undefined}
            wide
            onTake={(response) => send(response, null)}
          >
            {cards(undefined)}
          </Slot>
        </div>
        {question.not_rankable && (
          <ChoiceButton
            label={t("Not rankable")}
            action="annotate.not-rankable"
            keyShown={active ? "0" : undefined}
            chosen={notRankable}
            onChoose={giveUp}
          />
        )}
      </div>
    </QuestionLine>
  );
}
