import type { Offsets } from "@/components/source-text";

/** A run of text that stayed, went, or came. */
export interface Part {
  kind: "same" | "removed" | "added";
  text: string;
}

/** How far two texts are apart. */
export interface Distance {
  characters: number;
  words: number;
  /** Very long changes are only counted roughly here; the server counts them exactly. */
  exact: boolean;
}

/** Comparing more pairs than this would be felt while typing. */
const MOST_PAIRS = 4_000_000;
const DIFF_TIMEOUT_MS = 400;

/** What changed, in words; null when the texts are too different to tell in time. */
export async function changesBetween(original: string, edited: string): Promise<Part[] | null> {
  const { diffWordsWithSpace } = await import("diff");
  const parts = diffWordsWithSpace(original, edited, { timeout: DIFF_TIMEOUT_MS });
  if (!parts) return null;
  return parts.map(({ added, removed, value }) => ({
    kind: added ? "added" : removed ? "removed" : "same",
    text: value,
  }));
}

/** Levenshtein distance between two sequences; null when that would take too long. */
export function levenshtein<T>(a: readonly T[], b: readonly T[]): number | null {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const rows = endA - start;
  const columns = endB - start;
  if (rows === 0 || columns === 0) return rows + columns;
  if (rows * columns > MOST_PAIRS) return null;
  let line = Int32Array.from({ length: columns + 1 }, (_each, index) => index);
  let next = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row += 1) {
    next[0] = row;
    for (let column = 1; column <= columns; column += 1) {
      const same = a[start + row - 1] === b[start + column - 1] ? 0 : 1;
      next[column] = Math.min(
        (line[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (line[column - 1] ?? 0) + same,
      );
    }
    [line, next] = [next, line];
  }
  return line[columns] ?? 0;
}

/** Distance in code points; where that would take too long, the longer of the two texts. */
export function charactersBetween(original: string, edited: string): number {
  const [a, b] = [[...original], [...edited]];
  return levenshtein(a, b) ?? Math.max(a.length, b.length);
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** Distances in code points and in words, as the server stores them. */
export function distanceBetween(original: string, edited: string, parts: readonly Part[] | null): Distance {
  const characters = levenshtein([...original], [...edited]);
  const words = levenshtein(wordsOf(original), wordsOf(edited));
  return {
    characters: characters ?? roughly(parts, (text) => [...text].length, original, edited),
    words: words ?? roughly(parts, (text) => wordsOf(text).length, original, edited),
    exact: characters !== null && words !== null,
  };
}

/** What a replacement costs at most: the longer of what went and what came. */
function roughly(
  parts: readonly Part[] | null,
  size: (text: string) => number,
  original: string,
  edited: string,
): number {
  if (!parts) return Math.max(size(original), size(edited));
  let sum = 0;
  let removed = 0;
  let added = 0;
  for (const part of [...parts, { kind: "same" as const, text: "" }]) {
    if (part.kind === "removed") removed += size(part.text);
    else if (part.kind === "added") added += size(part.text);
    else {
      sum += Math.max(removed, added);
      removed = 0;
      added = 0;
    }
  }
  return sum;
}

/** As much of what stayed is shown around each change. */
const CONTEXT = 120;

/** A cut text without the word that the cut went through; one without blanks loses half a character at most. */
function wholeWords(text: string, torn: RegExp): string {
  return text.replace(torn, "").replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/, "");
}

/** The parts with long unchanged stretches cut down to what is near a change. */
export function nearChanges(parts: readonly Part[]): Part[] {
  return parts.map((part, index) => {
    if (part.kind !== "same") return part;
    const before = index > 0 ? CONTEXT : 0;
    const after = index < parts.length - 1 ? CONTEXT : 0;
    if (part.text.length <= before + after + 20) return part;
    const begin = wholeWords(part.text.slice(0, before), /(?<=\S)\s+\S*$/u);
    const end = after > 0 ? wholeWords(part.text.slice(-after), /^\S*\s+(?=\S)/u) : "";
    return { ...part, text: `${begin} … ${end}`.trimStart() };
  });
}

/**
 * The passages of the original that were taken out or replaced, as UTF-16 offsets. Passages with only blanks
 * between them are one.
 */
export function changedPassages(parts: readonly Part[]): Offsets[] {
  const found: Offsets[] = [];
  let offset = 0;
  let gap = "";
  for (const part of parts) {
    if (part.kind === "added") continue;
    const end = offset + part.text.length;
    const last = found.at(-1);
    if (part.kind === "same") gap += part.text;
    else {
      if (last && gap.trim() === "" && part.text.trim() !== "") last.end = end;
      else if (part.text.trim() !== "") found.push({ start: offset, end });
      gap = "";
    }
    offset = end;
  }
  return found;
}
