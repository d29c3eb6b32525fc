import { SharedStore, storeFactory, useShared } from "../shared-store";

interface LinkUi {
  /** The part of the rationale (code points) that waits for the words it is about. */
  linking: { start: number; end: number } | null;
}

export class LinkStore extends SharedStore<LinkUi> {
  constructor() {
    super({ linking: null });
  }
}

export const linkStore = storeFactory(() => new LinkStore());
export const useLinking: (store: LinkStore) => LinkUi = useShared;

/** The text that words can be chosen in is a part of its own; who begins to write will want it at once. */
export const loadLinkPane = () => import("./link-pane");
