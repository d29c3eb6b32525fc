import { useState } from "react";
import { type Action, useActions } from "@/actions";
import { useT } from "@/lib/i18n";
import type { QuestionProps } from "../module";
import type { RatingsAnswer, RatingsQuestion } from "../types";
import { useCursor } from "../use-cursor";
import { cellsOf, fromPlace, isRated, placeOf, placesOf, rated, ratedTargets } from "./cells";

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

/**
 * The cell at hand and its keys: digits rate and go on, `-` does not apply, arrows move. On scales up to ten a 1
 * waits for its 0: the keys stay in the cell, and any other digit rates the next one.
 */
export function useRatingKeys(props: QuestionProps<RatingsQuestion, RatingsAnswer>) {
  const { question, answer = {}, item, active, onChange } = props;
  const t = useT();
  const targets = ratedTargets(question, item);
  const places = placesOf(question, item);
  const { at, goTo, advance } = useCursor({
    ...props,
    places,
    isDone: (place) => isRated(answer, place),
    targetOf: (place) => fromPlace(place).target,
    keys: { previous: "ArrowUp", next: "ArrowDown" },
  });
  const [waiting, setWaiting] = useState<string | null>(null);
  const { target, name } = fromPlace(at);
  const scaleAt = (place: string | undefined) =>
    cellsOf(question, item).find((cell) => cell.name === fromPlace(place).name);
  const current = scaleAt(at);

  const rate = (place: string, rating: number | "na" | null) => {
    setWaiting(null);
    onChange(rated(answer, place, rating));
    if (rating === null) goTo(place);
    else advance(place);
  };
  const isWaiting = at !== undefined && waiting === at;
  /** Which cell a digit rates, and with what; null when its scale has no such number. */
  const meant = (digit: number): { place: string; rating: number } | null => {
    if (at === undefined) return null;
    if (isWaiting && digit === 0) return { place: at, rating: 10 };
    const after = places.slice(places.indexOf(at) + 1).find((place) => !isRated(answer, place));
    const place = isWaiting ? (after ?? at) : at;
    const scale = scaleAt(place);
    return scale && digit >= scale.low && digit <= scale.high ? { place, rating: digit } : null;
  };
  const type = (digit: number) => {
    const wanted = meant(digit);
    if (!wanted) return;
    if (wanted.rating !== 1 || (scaleAt(wanted.place)?.high ?? 0) < 10) {
      rate(wanted.place, wanted.rating);
      return;
    }
    onChange(rated(answer, wanted.place, 1));
    goTo(wanted.place);
    setWaiting(wanted.place);
  };
  const across = (by: 1 | -1) => {
    const next = targets[targets.indexOf(target) + by];
    if (next !== undefined) goTo(placeOf(next, name));
  };

  const act = (
    id: string,
    label: string,
    key: string,
    run: () => void,
    over: Partial<Action> = {},
  ): Action => ({
    id: `annotate.${id}`,
    label,
    keys: [key],
    group: t("Verdict"),
    keyOnly: true,
    run,
    ...over,
  });
  const several = { when: () => targets.length > 1, repeat: true };
  useActions(
    active && at !== undefined && current
      ? [
          ...DIGITS.map((rating) =>
            act(`rate-${rating}`, t("Rate {{rating}}", { rating }), String(rating), () => type(rating), {
              when: () => meant(rating) !== null,
            }),
          ),
          act("rate-na", t("Does not apply"), "-", () => rate(at, "na"), { when: () => question.na }),
          act("unrate", t("Clear the rating"), "Backspace", () => rate(at, null)),
          act("rate-right", t("The next text"), "ArrowRight", () => across(1), several),
          act("rate-left", t("The text before"), "ArrowLeft", () => across(-1), several),
        ]
      : [],
  );
  return { at, current, target, rate };
}
