import { ITEM } from "../per-target";
import type { Target, TextAnswer } from "../types";

/** The texts by target; "item" where there is only one. */
export function textsOf(answer: TextAnswer | undefined): Record<Target, string> {
  if (answer === undefined) return {};
  return typeof answer === "string" ? { [ITEM]: answer } : answer;
}
