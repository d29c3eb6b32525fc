import { useEffect, useRef } from "react";
import { type Action, useActions } from "@/actions";
import { useT } from "@/lib/i18n";
import type { PaneProps, QuestionProps } from "./module";
import { SharedStore, storeFactory, useShared } from "./shared-store";
import type { Target } from "./types";

// The dock and the headings of the texts share it, so it lives outside both. Forms have at most a few dozen questions.
const cursorOf = storeFactory(() => new SharedStore<{ gone: string | null }>({ gone: null }), 100);

/** The place gone to, else the first without an answer, else the first. */
function placeAt(gone: string | null, places: readonly string[], isDone: (place: string) => boolean) {
  return places.find((place) => place === gone) ?? places.find((place) => !isDone(place)) ?? places[0];
}

type Asking = Pick<QuestionProps, "item" | "active" | "onActivate" | "onDone" | "onCurrent"> & {
  question: { name: string };
};

interface Places {
  /** What the question asks about one by one, in screen order. */
  places: readonly string[];
  isDone(place: string): boolean;
  /** The text that a place belongs to; places are texts unless said otherwise. */
  targetOf?(place: string): Target;
}

function useMoves(options: Asking & Places) {
  const { item, question, places, isDone, targetOf = (place) => place } = options;
  const store = cursorOf(item.id, question.name);
  const at = placeAt(useShared(store).gone, places, isDone);

  const goTo = (place: string) => {
    store.set({ gone: place });
    // An optional question counts as answered after its first part; whoever is still at it stays there.
    options.onActivate();
    options.onCurrent?.(targetOf(place));
  };
  const leave = () => {
    store.set({ gone: null });
    options.onDone();
  };
  /** On to the next place without an answer, and out of the question when there is none. */
  const advance = (answered: string) => {
    const from = places.indexOf(answered);
    const later = [...places.slice(from + 1), ...places.slice(0, from)];
    const next = later.find((place) => !isDone(place));
    if (next === undefined) leave();
    else goTo(next);
  };
  return { store, at, goTo, advance, leave };
}

interface Options extends Asking, Places {
  /** The keys that lead to the place before and after. */
  keys?: { previous: string; next: string };
}

/** Which of several things the digit keys answer now, and the keys that move between them. */
export function useCursor(options: Options) {
  const { places, active, keys } = options;
  const t = useT();
  const { at, goTo, advance, leave } = useMoves(options);
  const step = (by: 1 | -1) => {
    const next = at === undefined ? undefined : places[places.indexOf(at) + by];
    if (next !== undefined) goTo(next);
  };

  const move = (id: string, label: string, key: string, by: 1 | -1): Action => ({
    id,
    label,
    keys: [key],
    group: t("Verdict"),
    keyOnly: true,
    repeat: true,
    run: () => step(by),
  });
  useActions(
    active && places.length > 1
      ? [
          move("annotate.next-part", t("Next part of the question"), keys?.next ?? "ArrowRight", 1),
          move(
            "annotate.previous-part",
            t("Previous part of the question"),
            keys?.previous ?? "ArrowLeft",
            -1,
          ),
        ]
      : [],
  );
  return { at, goTo, advance, leave };
}

interface PaneOptions extends Asking, Places, Pick<PaneProps, "target" | "focused"> {
  /** Where in the question to go when this text is gone to; the text itself unless said otherwise. */
  placeFor?(at: string | undefined): string;
}

/**
 * The same in the heading of a text: whether the keys answer for it. Going to the text in the page, by a click or a
 * key, moves them there, and going there by keys brings the text into view.
 */
export function usePaneCursor(options: PaneOptions) {
  const { places, target, focused, active, placeFor = () => target } = options;
  const { store, at, goTo, advance, leave } = useMoves(options);
  const own = placeFor(at);
  const asked = places.includes(own);
  const current = active && asked && at === own;

  const wasFocused = useRef(focused);
  useEffect(() => {
    if (active && asked && focused && !wasFocused.current) store.set({ gone: own });
    wasFocused.current = focused;
  }, [active, asked, focused, own, store]);

  const place = useRef<HTMLSpanElement>(null);
  const wasCurrent = useRef(current);
  useEffect(() => {
    if (current && !wasCurrent.current) {
      place.current?.closest("section, li")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    wasCurrent.current = current;
  }, [current]);
  return { current: current && places.length > 1, place, goTo, advance, leave };
}
