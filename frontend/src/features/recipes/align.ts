import type { RecipeStep } from "@/lib/api/types";
import { stepsText } from "./steps";

/** One line of two recipes side by side: places of the steps that stand beside each other, null where one has none. */
export interface Line {
  a: number | null;
  b: number | null;
  same: boolean;
}

/** Steps of two recipes put beside each other: equal ones, then ones of one type, in the order of both. */
export function alignSteps(a: RecipeStep[], b: RecipeStep[]): Line[] {
  // best[i][j] is the most that the steps from i and j on can agree.
  const best: number[][] = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
  const at = (i: number, j: number) => best[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = best[i];
      if (row) row[j] = Math.max(at(i + 1, j), at(i, j + 1), at(i + 1, j + 1) + likeness(a[i], b[j]));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const like = likeness(a[i], b[j]);
    if (like > 0 && at(i, j) === at(i + 1, j + 1) + like) {
      lines.push({ a: i++, b: j++, same: like === EQUAL });
    } else if (j >= b.length || (i < a.length && at(i, j) === at(i + 1, j))) {
      lines.push({ a: i++, b: null, same: false });
    } else {
      lines.push({ a: null, b: j++, same: false });
    }
  }
  return lines;
}

const EQUAL = 3;

function likeness(one: RecipeStep | undefined, other: RecipeStep | undefined): number {
  if (!one || !other || one.type !== other.type) return 0;
  return stepsText([one]) === stepsText([other]) ? EQUAL : 1;
}
