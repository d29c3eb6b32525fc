import { SharedStore, storeFactory } from "../shared-store";
import type { Target } from "../types";

export interface StepsUi {
  /** The text and the step that keys act on. */
  target: Target | null;
  step: number;
  /** Said in the dock: why something was not done. */
  message: string | null;
}

export class StepsStore extends SharedStore<StepsUi> {
  /** The steps now on screen, by text. */
  readonly roots = new Map<Target, HTMLElement>();

  constructor() {
    super({ target: null, step: 0, message: null });
  }
}

export const stepsStore = storeFactory(() => new StepsStore());
