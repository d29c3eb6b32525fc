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

/** The place of a cell in the grid. Neither ids nor names contain a space. */
export function placeOf(target: Target, cell: string): string {
  return `${target} ${cell}`;
}

export function fromPlace(place: string | undefined): { target: Target; name: string } {
  const [target = "", name = ""] = place?.split(" ") ?? [];
  return { target, name };
}

/** Down one text after the other: who has just read it rates it on all aspects. */
export function placesOf(question: RatingsQuestion, item: Item): string[] {
  const cells = cellsOf(question, item);
  return ratedTargets(question, item).flatMap((target) => cells.map((cell) => placeOf(target, cell.name)));
}

export function isRated(answer: RatingsAnswer, place: string): boolean {
  const { target, name } = fromPlace(place);
  return answer[target]?.[name] !== undefined;
}

/** The answer with a rating, or without one for null. Texts without ratings are left out. */
export function rated(
  answer: RatingsAnswer,
  place: string,
  rating: number | "na" | null,
): RatingsAnswer | undefined {
  const { target, name } = fromPlace(place);
  const { [target]: row = {}, ...rest } = answer;
  const { [name]: _, ...others } = row;
  const next = rating === null ? others : { ...others, [name]: rating };
  if (Object.keys(next).length > 0) return { ...rest, [target]: next };
  return Object.keys(rest).length > 0 ? rest : undefined;
}

/** What the numbers of a scale stand for, lowest first. */
export function anchorsText(cell: Cell): [string, string][] {
  return Object.entries(cell.anchors).sort(([one], [other]) => Number(one) - Number(other));
}
