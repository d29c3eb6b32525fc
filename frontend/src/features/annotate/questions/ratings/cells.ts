import type { Item } from "@/lib/api/types";
import { ITEM } from "../per-target";
import { responseTargets } from "../targets";
import type { Aspect, RatingsAnswer, RatingsQuestion, Target } from "../types";

/** One row of the grid: an aspect, or a criterion of one. */
export interface Cell {
  name: string;
  title: string;
  description: string;
  anchors: Record<string, string>;
  low: number;
  high: number;
  /** The aspect whose criterion this is. */
  group: Aspect | null;
}

/** The item's own rubric where the question takes one and the item has one. */
export function aspectsOf(question: RatingsQuestion, item: Item): Aspect[] {
  const own = question.item_rubric ? item.materials?.rubric : undefined;
  return own?.length ? own : question.aspects;
}

export function cellsOf(question: RatingsQuestion, item: Item): Cell[] {
  return aspectsOf(question, item).flatMap((aspect) => {
    const low = aspect.low ?? question.low;
    const high = aspect.high ?? question.high;
    const parts = aspect.criteria?.length ? aspect.criteria : [aspect];
    const group = aspect.criteria?.length ? aspect : null;
    return parts.map((part) => ({
      name: group ? `${aspect.name}/${part.name}` : aspect.name,
      title: part.title,
      description: part.description ?? "",
      anchors: part.anchors ?? {},
      low: part.low ?? low,
      high: part.high ?? high,
      group,
    }));
  });
}

export function ratedTargets(question: RatingsQuestion, item: Item): Target[] {
  return question.per === "item" ? [ITEM] : responseTargets(item);
}

/** Every cell of every target has a rating, or for an optional question at least one has. */
export function isComplete(question: RatingsQuestion, answer: RatingsAnswer, item: Item): boolean {
  const cells = cellsOf(question, item);
  const given = ratedTargets(question, item).map((target) => Object.keys(answer[target] ?? {}).length);
  return question.required ? given.every((count) => count >= cells.length) : given.some((count) => count > 0);
}

/** What an aspect with criteria comes to: the mean of those rated with a number. */
export function meanOf(group: Aspect, row: Record<string, number | "na"> | undefined): number | null {
  const numbers = (group.criteria ?? []).flatMap((criterion) => {
    const rating = row?.[`${group.name}/${criterion.name}`];
    return typeof rating === "number" ? [rating] : [];
  });
  return numbers.length > 0 ? numbers.reduce((sum, each) => sum + each, 0) / numbers.length : null;
}

/** The key of a rating: its digit; ten has "t". */
export function ratingKey(rating: number): string {
  return rating === 10 ? "t" : String(rating);
}

/** What the numbers of a scale stand for, lowest first. */
export function anchorsText(cell: Cell): [string, string][] {
  return Object.entries(cell.anchors).sort(([one], [other]) => Number(one) - Number(other));
}
