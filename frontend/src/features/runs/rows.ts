/** What became of the rows of one split: `used` = given − dropped, and of those `truncated` were cut. */
export interface UsedRows {
  given: number;
  used: number;
  dropped: number;
  truncated: number;
}

type Facts = Record<string, unknown>;
const asFacts = (value: unknown): Facts =>
  typeof value === "object" && value !== null ? (value as Facts) : {};

/** What the trainer found of its rows, by split, from the result of its job; null until there is one. */
export function usedRows(result: unknown): Partial<Record<"train" | "eval", UsedRows>> | null {
  const rows = asFacts(asFacts(asFacts(result).facts).rows);
  const found = Object.entries(rows).filter(([, counts]) => typeof asFacts(counts).used === "number");
  return found.length > 0 ? (Object.fromEntries(found) as Partial<Record<"train" | "eval", UsedRows>>) : null;
}
