import { SharedStore, storeFactory, useShared } from "./shared-store";

/** What became of each part of a draft, by its name; what nobody decided on is not in it, and never sent. */
export interface Drafted {
  decided: Readonly<Record<string, "accepted" | "rejected">>;
}

/** As they are sent beside the answer; an accepted part that was changed afterwards is corrected. */
export interface DraftCounts {
  offered: number;
  accepted: number;
  corrected: number;
  rejected: number;
}

/** The one part a drafted rationale or text has. */
export const TEXT = "text";

const KEPT = 24;

export type DraftedStore = SharedStore<Drafted>;
export const draftedStore = storeFactory((): DraftedStore => new SharedStore<Drafted>({ decided: {} }), KEPT);
export const useDrafted: (store: DraftedStore) => Drafted = useShared;

export function decide(store: DraftedStore, parts: readonly string[], how: "accepted" | "rejected"): void {
  store.set({
    decided: { ...store.get().decided, ...Object.fromEntries(parts.map((part) => [part, how])) },
  });
}

/** Counts over the parts of a draft; `stands` tells which of them are in the answer as they were drafted. */
export function countsOf(
  parts: readonly string[],
  stands: ReadonlySet<string>,
  { decided }: Drafted,
): DraftCounts {
  const taken = parts.filter((part) => decided[part] === "accepted");
  const accepted = taken.filter((part) => stands.has(part)).length;
  return {
    offered: parts.length,
    accepted,
    corrected: taken.length - accepted,
    rejected: parts.filter((part) => decided[part] === "rejected").length,
  };
}
