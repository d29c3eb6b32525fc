import { countCodePoints, fromCodePoint, toCodePoint } from "../offsets";
import type { RationaleLink } from "../types";

/** The part of the rationale a new link is about: what is selected there, else the sentence before the caret. */
export function linkedPart(
  text: string,
  selection: { start: number; end: number },
): { start: number; end: number } | null {
  let { start, end } = selection;
  if (start === end) {
    const before = text.slice(0, end);
    start =
      Math.max(...[".", "!", "?", "\n"].map((mark) => before.trimEnd().slice(0, -1).lastIndexOf(mark))) + 1;
  }
  while (start < end && /\s/.test(text[start] ?? "")) start += 1;
  while (end > start && /\s/.test(text[end - 1] ?? "")) end -= 1;
  return start < end ? { start: toCodePoint(text, start), end: toCodePoint(text, end) } : null;
}

/**
 * Links after the rationale was edited: what stands before the change stays, what stands after it moves along, and
 * a link whose own words were changed goes.
 */
export function movedLinks(links: readonly RationaleLink[], before: string, after: string): RationaleLink[] {
  const limit = Math.min(before.length, after.length);
  let head = 0;
  while (head < limit && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < limit - head && before[before.length - 1 - tail] === after[after.length - 1 - tail])
    tail += 1;
  const changedFrom = toCodePoint(before, head);
  const changedTo = toCodePoint(before, before.length - tail);
  const by = countCodePoints(after) - countCodePoints(before);
  return links.flatMap((link) => {
    if (link.end <= changedFrom) return [link];
    if (link.start >= changedTo) return [{ ...link, start: link.start + by, end: link.end + by }];
    return [];
  });
}

export function wordsOf(text: string, link: RationaleLink): string {
  return text.slice(fromCodePoint(text, link.start), fromCodePoint(text, link.end));
}
