/**
 * Between places in the rendered page and offsets in the source. Every visible run sits in an element with
 * `data-at` (its offset); runs that cannot be cut also carry `data-end`. What lies between two runs (markdown's
 * own signs, the page's structure) belongs to no run: a selection's start moves on to the next run, its end back
 * to the last.
 */

export interface Offsets {
  start: number;
  end: number;
}

const RUN = "[data-at]";

function at(run: Element): number {
  return Number(run.getAttribute("data-at"));
}

export function isUnit(run: Element): boolean {
  return run.hasAttribute("data-end");
}

function endOf(run: Element): number {
  return isUnit(run) ? Number(run.getAttribute("data-end")) : at(run) + (run.textContent ?? "").length;
}

function runOf(node: Node, root: Element): Element | null {
  const element = node instanceof Element ? node : node.parentElement;
  const run = element?.closest(RUN) ?? null;
  return run && root.contains(run) ? run : null;
}

function runsIn(root: Element): Element[] {
  return Array.from(root.querySelectorAll(RUN));
}

/** The first index in `[0, count]` for which `holds` is true; `holds` must turn true once and stay so. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The source offset of a place in the page, or null when the text has no runs. `side` says which way a place
 * between two runs, or inside one that cannot be cut, is resolved.
 */
export function offsetAt(root: Element, node: Node, offset: number, side: "start" | "end"): number | null {
  const run = runOf(node, root);
  if (run && !isUnit(run)) {
    if (node instanceof Text) return at(run) + offset;
    return offset === 0 ? at(run) : endOf(run);
  }
  if (run) return side === "start" ? at(run) : endOf(run);
  const runs = runsIn(root);
  const place = document.createRange();
  place.setStart(node, offset);
  if (side === "start") {
    const next = runs[firstWhere(runs.length, (index) => place.comparePoint(runs[index] as Element, 0) >= 0)];
    if (next) return at(next);
    return runs.length > 0 ? endOf(runs[runs.length - 1] as Element) : null;
  }
  const after = firstWhere(runs.length, (index) => {
    const each = runs[index] as Element;
    return place.comparePoint(each, each.childNodes.length) > 0;
  });
  const last = runs[after - 1];
  if (last) return endOf(last);
  return runs[0] ? at(runs[0]) : null;
}

/** The selected part of the source; null when nothing of the text is selected. */
export function selectionToOffsets(root: Element, selection: Selection | null): Offsets | null {
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  return rangeToOffsets(root, range);
}

/** As `selectionToOffsets`, for any range. Parts outside the text are left out. */
export function rangeToOffsets(root: Element, range: Range): Offsets | null {
  if (!range.intersectsNode(root)) return null;
  const inside = root.ownerDocument.createRange();
  inside.selectNodeContents(root);
  if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0)
    inside.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0)
    inside.setEnd(range.endContainer, range.endOffset);
  const start = offsetAt(root, inside.startContainer, inside.startOffset, "start");
  const end = offsetAt(root, inside.endContainer, inside.endOffset, "end");
  return start === null || end === null || end <= start ? null : { start, end };
}

/**
 * The place in the page of a source offset. On `side` "start" an offset that is not visible moves on to the next
 * visible one, on "end" back to the last. Null when the text has no runs.
 */
export function placeOf(root: Element, offset: number, side: "start" | "end"): [Node, number] | null {
  const runs = runsIn(root);
  if (runs.length === 0) return null;
  if (side === "start") {
    const index = firstWhere(runs.length, (each) => endOf(runs[each] as Element) > offset);
    const run = runs[index];
    return run ? placeIn(run, Math.max(offset, at(run)), side) : pastEnd(runs[runs.length - 1] as Element);
  }
  const index = firstWhere(runs.length, (each) => at(runs[each] as Element) >= offset) - 1;
  const run = runs[index] ?? (runs[0] as Element);
  return placeIn(run, Math.min(Math.max(offset, at(run)), endOf(run)), side);
}

function placeIn(run: Element, offset: number, side: "start" | "end"): [Node, number] {
  const text = run.firstChild;
  if (!isUnit(run) && text instanceof Text) return [text, offset - at(run)];
  const parent = run.parentNode as Node;
  const index = Array.prototype.indexOf.call(parent.childNodes, run);
  return [parent, side === "start" ? index : index + 1];
}

function pastEnd(run: Element): [Node, number] {
  return placeIn(run, endOf(run), "end");
}

/** The page's range that shows `[start, end)` of the source; null when nothing of it is visible. */
export function offsetsToRange(root: Element, start: number, end: number): Range | null {
  const from = placeOf(root, start, "start");
  const to = placeOf(root, end, "end");
  if (!from || !to) return null;
  const range = root.ownerDocument.createRange();
  range.setStart(...from);
  range.setEnd(...to);
  return range;
}

/** The ids of the marks under a place in the page, innermost first. */
export function markIdsAt(root: Element, node: Node): string[] {
  const ids: string[] = [];
  let element = node instanceof Element ? node : node.parentElement;
  while (element && root.contains(element)) {
    const id = element.getAttribute("data-mark");
    if (id) ids.push(id);
    element = element.parentElement;
  }
  return ids;
}
