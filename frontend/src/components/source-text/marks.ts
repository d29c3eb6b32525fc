import type { Piece } from "./tree";

/** Something drawn over `[start, end)` of the source (UTF-16 units). */
export interface SourceMark {
  id: string;
  start: number;
  end: number;
  /** One or two characters printed where the mark begins, so that it is known without its colour. */
  label?: string;
  /** Which line pattern and tint, from 0; the same for all marks of one category. */
  tone?: number;
  /** Said on hover: "Irrelevant, minor". */
  title?: string;
  /** The mark at hand stands out. */
  active?: boolean;
}

/** One stretch of a piece under the same marks. */
export interface Segment {
  start: number;
  end: number;
  text: string;
  /** Marks over it, longest first, so that shorter ones are drawn inside. */
  marks: SourceMark[];
}

/** Longest first: a mark within another is drawn inside it. */
function outermostFirst(marks: SourceMark[]): SourceMark[] {
  return [...marks].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
}

/**
 * Cuts a piece where marks begin and end. A piece that cannot be cut belongs whole to every mark that touches it.
 * The segments' texts together are the piece's text.
 */
export function segmentsOf(piece: Piece, marks: readonly SourceMark[]): Segment[] {
  const touching = marks.filter((mark) => mark.start < piece.end && mark.end > piece.start);
  const whole = { start: piece.start, end: piece.end, text: piece.text };
  if (touching.length === 0) return [{ ...whole, marks: [] }];
  if (piece.kind !== "text") return [{ ...whole, marks: outermostFirst(touching) }];
  const borders = new Set([piece.start, piece.end]);
  for (const mark of touching) {
    if (mark.start > piece.start) borders.add(mark.start);
    if (mark.end < piece.end) borders.add(mark.end);
  }
  const sorted = [...borders].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => {
    const start = sorted[index] ?? piece.start;
    return {
      start,
      end,
      text: piece.text.slice(start - piece.start, end - piece.start),
      marks: outermostFirst(touching.filter((mark) => mark.start < end && mark.end > start)),
    };
  });
}

/** Marks that touch `[start, end)`, in their own order. */
export function marksWithin(marks: readonly SourceMark[], start: number, end: number): SourceMark[] {
  return marks.filter((mark) => mark.start < end && mark.end > start);
}

/** A mark that begins on one of markdown's own signs begins, to the eye, at the next visible character. */
export function fromVisible(mark: SourceMark, pieces: readonly Piece[]): SourceMark {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.end ?? 0) > mark.start) high = middle;
    else low = middle + 1;
  }
  const start = pieces[low]?.start ?? mark.start;
  return start > mark.start && start < mark.end ? { ...mark, start } : mark;
}

const FIELDS = ["id", "start", "end", "label", "tone", "title", "active"] as const;

/** Whether two lists of marks would be drawn alike. */
export function sameMarks(a: readonly SourceMark[], b: readonly SourceMark[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((mark, index) => {
    const other = b[index];
    return other === mark || FIELDS.every((field) => mark[field] === other?.[field]);
  });
}
