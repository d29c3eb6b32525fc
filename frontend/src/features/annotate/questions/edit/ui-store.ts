import { SharedStore, storeFactory } from "../shared-store";
import type { Target } from "../types";

export interface EditUi {
  /** The response whose text is in a field now. */
  editing: Target | null;
  /** The response that the key acts on. */
  focused: Target | null;
}

export const editStore = storeFactory(() => new SharedStore<EditUi>({ editing: null, focused: null }));
