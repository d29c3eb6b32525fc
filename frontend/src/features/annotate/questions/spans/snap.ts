import type { Offsets } from "@/components/source-text";
import { BLANK } from "../blanks";
import type { SpansQuestion } from "../types";

/**
 * Parts of words, as the server counts them: a mark may not begin or end between two of these. Scripts that write
 * no blanks between words have no such parts, and there a mark may begin and end at any character.
 */
const UNPARTED = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"];
const WORD = new RegExp(
  `(?![${UNPARTED.map((name) => `\\p{Script=${name}}`).join("")}])[\\p{L}\\p{N}\\p{M}_]`,
  "u",
);

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const segments = new Map<string, Intl.Segments>();

function segmentsOf(text: string): Intl.Segments {
  const known = segments.get(text);
  if (known) return known;
  const made = graphemes.segment(text);
  if (segments.size > 20) segments.clear();
  segments.set(text, made);
  return made;
}

function characterBefore(text: string, offset: number): string {
  const last = text.codePointAt(offset - 2);
  if (last !== undefined && last > 0xffff) return String.fromCodePoint(last);
  return offset > 0 ? (text[offset - 1] ?? "") : "";
}

function characterAt(text: string, offset: number): string {
  const point = text.codePointAt(offset);
  return point === undefined ? "" : String.fromCodePoint(point);
}

/** Whether the offset stands within what a reader sees as one character. */
function splitsGrapheme(text: string, offset: number): boolean {
  if (offset <= 0 || offset >= text.length) return false;
  return segmentsOf(text).containing(offset)?.index !== offset;
}

/** Whether the offset stands between two letters, digits or their marks. */
function splitsWord(text: string, offset: number): boolean {
  return WORD.test(characterBefore(text, offset)) && WORD.test(characterAt(text, offset));
}

/**
 * The marks that a selection stands for: without blanks around it, of whole characters, and of whole words where
 * the question asks for them. Null when nothing but blanks is selected. Offsets are UTF-16 units.
 */
export function snap(
  text: string,
  selected: Offsets,
  boundaries: SpansQuestion["boundaries"],
): Offsets | null {
  let { start, end } = selected;
  while (start < end && BLANK.test(text[start] ?? "")) start += 1;
  while (end > start && BLANK.test(text[end - 1] ?? "")) end -= 1;
  if (start >= end) return null;
  const splits = (offset: number) =>
    splitsGrapheme(text, offset) || (boundaries === "word" && splitsWord(text, offset));
  while (splits(start)) start -= 1;
  while (splits(end)) end += 1;
  return { start, end };
}

const words = new Intl.Segmenter(undefined, { granularity: "word" });

/** The word at a caret, which may also stand just behind it; null between blanks. */
export function wordAt(text: string, caret: number): Offsets | null {
  const from = text[caret] !== undefined && !BLANK.test(text[caret] ?? "") ? caret : caret - 1;
  if (from < 0 || BLANK.test(text[from] ?? " ")) return null;
  const character = characterAt(text, from);
  // Where no blanks part words, a dictionary has to.
  const found =
    /[\p{L}\p{M}]/u.test(character) && !WORD.test(character) && words.segment(text).containing(from);
  if (found) return snap(text, { start: found.index, end: found.index + found.segment.length }, "word");
  return snap(text, { start: from, end: from + 1 }, "word");
}

const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });

/** What markdown puts before the words of a line: quotes, headings, list items, cells. */
const LINE_SIGNS = /^(?:\s|>|\||#{1,6}\s|[-*+]\s|\d+[.)]\s)+/;

/** The sentence at a caret, within its line; null on an empty line. */
export function sentenceAt(text: string, caret: number): Offsets | null {
  const lineStart = caret > 0 ? text.lastIndexOf("\n", caret - 1) + 1 : 0;
  const stop = text.indexOf("\n", caret);
  const signs = LINE_SIGNS.exec(text.slice(lineStart, stop < 0 ? text.length : stop))?.[0].length ?? 0;
  const from = lineStart + signs;
  const line = text.slice(from, stop < 0 ? text.length : stop);
  const within = Math.max(0, Math.min(caret - from, line.length - 1));
  const found = sentences.segment(line).containing(within);
  if (!found) return null;
  return snap(text, { start: from + found.index, end: from + found.index + found.segment.length }, "word");
}
