import type { Offsets } from "@/components/source-text";
import { textOf } from "../targets";
import type { Target } from "../types";
import * as change from "./answer";
import { type Context, store } from "./context";
import { snap } from "./snap";

/** Passages that an edit changed, offered as marks one after the other. */

/** Places offered for marking one after the other; those already marked are left out. */
export function queuePlaces(
  context: Context,
  target: Target,
  places: readonly Offsets[],
): { target: Target; start: number; end: number }[] {
  const text = textOf(context.item, target);
  if (text === undefined) return [];
  const taken: Offsets[] = [];
  for (const each of places) {
    const found = snap(text, each, context.question.boundaries);
    const last = taken.at(-1);
    if (!found) continue;
    // Neighbours that grew into each other when they were widened to whole words are one place.
    if (last && found.start < last.end) last.end = Math.max(last.end, found.end);
    else if (change.overlapping(context.answer, target, text, found).length === 0) taken.push({ ...found });
  }
  return taken.map((each) => ({ target, ...each }));
}

/** A category's key while changed passages are offered: marks the first and goes on to the next. */
export function markQueued(context: Context, index: number): void {
  const { question, answer, item, store: ui } = context;
  const { mode } = ui.get();
  const category = question.categories[index];
  if (mode.kind !== "queue" || !category) return;
  const [first, ...rest] = mode.places;
  const text = first && textOf(item, first.target);
  if (first && text !== undefined && change.overlapping(answer, first.target, text, first).length === 0) {
    const made = change.addMark(answer, first.target, text, first, category.name);
    store(context, made.answer);
    ui.set({ active: made.id });
  }
  advanceQueue(context, rest);
}

export function skipQueued(context: Context): void {
  const { mode } = context.store.get();
  if (mode.kind === "queue") advanceQueue(context, mode.places.slice(1));
}

function advanceQueue({ store: ui }: Context, rest: { target: Target; start: number; end: number }[]): void {
  const next = rest[0];
  ui.set({
    mode: next ? { kind: "queue", places: rest } : { kind: "mark" },
    ...(next && { target: next.target }),
    selection: null,
    message: null,
  });
}
