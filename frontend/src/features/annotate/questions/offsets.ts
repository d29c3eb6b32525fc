/**
 * Between JavaScript's UTF-16 offsets and the Unicode code points that answers are stored in. A text without
 * characters beyond the basic plane, which is most texts, counts the same in both.
 */

const known = new Map<string, Int32Array>();
const PAIR = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;

/** Where each surrogate pair of the text begins, ascending. */
function pairsOf(text: string): Int32Array {
  const before = known.get(text);
  if (before) return before;
  const pairs = Int32Array.from(text.matchAll(PAIR), (match) => match.index);
  if (known.size > 40) known.clear();
  known.set(text, pairs);
  return pairs;
}

/** How many of the ascending `values` are below `limit`. */
function countBelow(values: Int32Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Code points before the UTF-16 offset; one in the middle of a pair moves to its beginning. */
export function toCodePoint(text: string, offset: number): number {
  const clamped = Math.max(0, Math.min(offset, text.length));
  return clamped - countBelow(pairsOf(text), clamped);
}

/** The UTF-16 offset before which there are `points` code points. */
export function fromCodePoint(text: string, points: number): number {
  const pairs = pairsOf(text);
  // The n-th pair begins at its UTF-16 place less the n pairs before it, counted in code points.
  let low = 0;
  let high = pairs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pairs[middle] ?? 0) - middle < points) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, Math.min(points + low, text.length));
}

/** The text between two code points. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  return text.slice(fromCodePoint(text, start), fromCodePoint(text, end));
}

/** How many code points a text has. */
export function countCodePoints(text: string): number {
  return toCodePoint(text, text.length);
}
