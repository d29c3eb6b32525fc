import type { TFunction } from "i18next";
import type { Item } from "@/lib/api/types";
import type { SpansAnswer, SpansQuestion, Target } from "../types";
import { isEmpty } from "./answer";
import type { SpansStore } from "./ui-store";

/** What every command of a spans question works on. */
export interface Context {
  question: SpansQuestion;
  answer: SpansAnswer;
  item: Item;
  store: SpansStore;
  /** The text that keys act on. */
  target: Target;
  t: TFunction;
  onChange(answer: SpansAnswer | undefined): void;
  onDone(): void;
  onCurrent?(target: Target): void;
}

/** An answer of which nothing is left is none. */
export function store(context: Context, answer: SpansAnswer): void {
  context.onChange(isEmpty(answer) ? undefined : answer);
}

/** The selection has become a mark; the caret goes on behind it. */
export function collapseAfter({ store: ui, target }: Context, end: number): void {
  ui.set({ selection: null, caret: ui.get().caret === null ? null : end });
  const root = ui.roots.get(target);
  const selection = document.getSelection();
  if (root && selection && selection.rangeCount > 0 && root.contains(selection.focusNode))
    selection.collapseToEnd();
}

/** Pressing a button must not take the selection out of the text. */
export function keepSelection(event: { preventDefault(): void }): void {
  event.preventDefault();
}
