import { type DragEvent, useState } from "react";
import { useActions } from "@/actions";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { ChoiceButton } from "../choice-button";
import { KeyOf } from "../key-of";
import type { QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import { responseTargets, targetName } from "../targets";
import type { RankingAnswer, RankingQuestion } from "../types";
import { useCursor } from "../use-cursor";
import { ranked, ranksOf } from "./order";

/** Slots from best to worst; a digit, a click or a drag sends the card at hand to one. Equal slots are ties. */
export function RankingDock(props: QuestionProps<RankingQuestion, RankingAnswer>) {
  const { question, answer, item, active, onChange, onDone } = props;
  const t = useT();
  const places = responseTargets(item);
  const ranks = ranksOf(answer);
  const notRankable = answer !== undefined && "outcome" in answer;
  const { at, goTo, advance } = useCursor({ places, isDone: (place) => place in ranks, active, onDone });
  const slots = places.map((_, index) => index + 1);

  const send = (response: string, rank: number | null) => {
    onChange(ranked(answer, response, rank));
    if (rank === null) goTo(response);
    else advance(response);
  };
  const giveUp = () => {
    onChange(notRankable ? undefined : { outcome: "not_rankable" });
    if (!notRankable) onDone();
  };
  useActions([
    ...slots.slice(0, 9).map((rank) => ({
      id: `annotate.rank-${rank}`,
      label: t("Rank {{rank}}", { rank }),
      keys: [String(rank)],
      group: "Verdict",
      keyOnly: true,
      when: () => active && at !== undefined,
      run: () => at !== undefined && send(at, rank),
    })),
    {
      id: "annotate.unrank",
      label: t("Take out of the ranking"),
      keys: ["Backspace"],
      group: "Verdict",
      keyOnly: true,
      when: () => active && at !== undefined,
      run: () => at !== undefined && send(at, null),
    },
    {
      id: "annotate.not-rankable",
      label: t("Not rankable"),
      keys: ["0"],
      group: "Verdict",
      keyOnly: true,
      when: () => active && question.not_rankable,
      run: giveUp,
    },
  ]);

  const cardsAt = (rank: number | null) =>
    places.filter((place) => (rank === null ? !(place in ranks) : ranks[place] === rank));
  return (
    <QuestionLine {...props}>
      <div className={cx("flex min-w-0 flex-1 flex-wrap gap-1.5", notRankable && "opacity-60")}>
        {slots.map((rank) => (
          <Slot
            key={rank}
            name={t("Rank {{rank}}", { rank })}
            digit={active && rank <= 9 ? String(rank) : undefined}
            onTake={(response) => send(response, rank)}
            onClick={() => at !== undefined && send(at, rank)}
          >
            {cardsAt(rank).map((place) => (
              <Card
                key={place}
                response={place}
                name={targetName(item, place, t)}
                current={active && place === at}
                onChoose={() => goTo(place)}
              />
            ))}
          </Slot>
        ))}
        <Slot name={t("Not ranked")} onTake={(response) => send(response, null)}>
          {cardsAt(null).map((place) => (
            <Card
              key={place}
              response={place}
              name={targetName(item, place, t)}
              current={active && place === at}
              onChoose={() => goTo(place)}
            />
          ))}
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
    </QuestionLine>
  );
}

interface SlotProps {
  name: string;
  digit?: string | undefined;
  onTake: (response: string) => void;
  onClick?: () => void;
  children: React.ReactNode;
}

const CARRIED = "application/x-plumbline-response";

function Slot({ name, digit, onTake, onClick, children }: SlotProps) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const response = event.dataTransfer.getData(CARRIED);
    if (response) onTake(response);
  };
  const heading = (
    <>
      {digit && <KeyOf id={`annotate.rank-${digit}`} keys={digit} />}
      {name}
    </>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the pointer's way; keys and buttons do the same.
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "flex min-h-16 min-w-24 flex-1 flex-col gap-1 rounded-md border border-dashed p-1",
        over ? "border-accent bg-accent-soft" : "border-control/60",
      )}
    >
      {onClick ? (
        <button
          type="button"
          aria-label={name}
          aria-keyshortcuts={digit}
          onClick={onClick}
          className="flex min-h-6 items-center gap-1.5 rounded-sm px-1 text-sm text-muted hover:bg-sunken"
        >
          {heading}
        </button>
      ) : (
        <span className="flex min-h-6 items-center px-1 text-sm text-muted">{heading}</span>
      )}
      {children}
    </div>
  );
}

interface CardProps {
  response: string;
  name: string;
  current: boolean;
  onChoose: () => void;
}

function Card({ response, name, current, onChoose }: CardProps) {
  return (
    <button
      type="button"
      draggable
      aria-pressed={current}
      onDragStart={(event) => {
        event.dataTransfer.setData(CARRIED, response);
        onChoose();
      }}
      onClick={onChoose}
      className={cx(
        "min-h-8 cursor-grab rounded-md border px-2 text-start",
        current
          ? "border-accent bg-accent-soft font-semibold text-accent-text"
          : "border-control/60 bg-raised hover:bg-sunken",
      )}
    >
      {name}
    </button>
  );
}
