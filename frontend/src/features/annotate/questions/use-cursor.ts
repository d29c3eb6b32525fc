import { useState } from "react";
import { type Action, useActions } from "@/actions";
import { useT } from "@/lib/i18n";

interface Options {
  /** What the question asks about one by one, in screen order. */
  places: readonly string[];
  isDone(place: string): boolean;
  active: boolean;
  /** Called when the last one without an answer got it. */
  onDone(): void;
  /** The keys that lead to the place before and after. */
  keys?: { previous: string; next: string };
}

/**
 * Which of several things the digit keys answer now: the one gone to, else the first without an answer.
 * `advance` leads on to the next that has none.
 */
export function useCursor({ places, isDone, active, onDone, keys }: Options) {
  const t = useT();
  const [gone, goTo] = useState<string | null>(null);
  const at = places.find((place) => place === gone) ?? places.find((place) => !isDone(place)) ?? places[0];
  const index = at === undefined ? -1 : places.indexOf(at);

  const step = (by: 1 | -1) => {
    const next = places[index + by];
    if (next !== undefined) goTo(next);
  };
  const advance = (answered: string) => {
    const from = places.indexOf(answered);
    const later = [...places.slice(from + 1), ...places.slice(0, from)];
    const next = later.find((place) => !isDone(place));
    goTo(next ?? null);
    if (next === undefined) onDone();
  };

  const move = (id: string, label: string, key: string, by: 1 | -1): Action => ({
    id,
    label,
    keys: [key],
    group: "Verdict",
    keyOnly: true,
    repeat: true,
    when: () => active && places.length > 1,
    run: () => step(by),
  });
  useActions([
    move("annotate.next-part", t("Next part of the question"), keys?.next ?? "ArrowRight", 1),
    move("annotate.previous-part", t("Previous part of the question"), keys?.previous ?? "ArrowLeft", -1),
  ]);
  return { at, goTo, advance };
}
