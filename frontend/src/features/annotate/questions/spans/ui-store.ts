import type { Offsets } from "@/components/source-text";
import { SharedStore, storeFactory, useShared } from "../shared-store";
import type { Target } from "../types";

/**
 * What dock, texts and margin of one spans question share on screen and the answer does not hold: where the caret
 * is, which mark is at hand, what is being asked. It lives as long as the item is on screen.
 */

export type Mode =
  | { kind: "mark" }
  /** The next selection is what the mark repeats. */
  | { kind: "earlier"; mark: string }
  /** Digits choose a passage, then its sentences, for a mark or an omission. */
  | { kind: "passage"; owner: string; passage: number | null; sentence: number }
  /** Digits choose what is missing. */
  | { kind: "omission"; target: Target }
  /** Digits choose categories for passages that an edit changed. */
  | { kind: "queue"; places: { target: Target; start: number; end: number }[] };

export interface SpansUi {
  /** The text that keys act on. */
  target: Target | null;
  /** What is selected there, UTF-16 units. */
  selection: Offsets | null;
  /** Where the keyboard's caret stands there. */
  caret: number | null;
  /** The mark or omission at hand. */
  active: string | null;
  /** The one the mouse is over, in the text or in the list. */
  hover: string | null;
  mode: Mode;
  /** The category whose key, pressed once more, replaces a mark. */
  confirm: string | null;
  /** Said in the dock: why something was not done and what to do. */
  message: string | null;
}

const START: SpansUi = {
  target: null,
  selection: null,
  caret: null,
  active: null,
  hover: null,
  mode: { kind: "mark" },
  confirm: null,
  message: null,
};

export class SpansStore extends SharedStore<SpansUi> {
  /** The texts now on screen. */
  readonly roots = new Map<Target, HTMLElement>();
  /** The text that takes the focus as soon as it is on screen. */
  private awaited: Target | null = null;

  constructor() {
    super(START);
  }

  /** Leads into a text: now, or when it comes. */
  enter(target: Target): void {
    this.set({ target });
    const root = this.roots.get(target);
    this.awaited = root ? null : target;
    root?.focus({ preventScroll: true });
  }

  /** A text has come on screen; the answer takes it away again. */
  arrive(target: Target, root: HTMLElement): () => void {
    this.roots.set(target, root);
    if (this.awaited === target) this.enter(target);
    return () => {
      this.roots.delete(target);
    };
  }
}

export const spansStore = storeFactory(() => new SpansStore());
export const useSpansUi: (store: SpansStore) => SpansUi = useShared;
