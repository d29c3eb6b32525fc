import { diffWordsWithSpace } from "diff";

export interface Part {
  kind: "same" | "removed" | "added";
  text: string;
}

/** What changed between two versions, word by word; a principle is short enough for that to be instant. */
export function changesBetween(before: string, after: string): Part[] {
  return diffWordsWithSpace(before, after).map(({ added, removed, value }) => ({
    kind: added ? "added" : removed ? "removed" : "same",
    text: value,
  }));
}
