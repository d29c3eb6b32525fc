import { isUnit, type Offsets, offsetAt, placeOf } from "@/components/source-text";

/** Moving through a text that cannot be edited, with the browser's own idea of words and lines. */

export interface CaretMove {
  alter: "move" | "extend";
  direction: "left" | "right" | "forward" | "backward";
  granularity: "word" | "character" | "line" | "lineboundary" | "documentboundary";
}

interface Press {
  key: string;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** What a key means to the caret: arrows go by words, with Alt by characters; Shift selects. */
export function moveFor(press: Press): CaretMove | null {
  const alter = press.shiftKey ? "extend" : "move";
  const far = press.ctrlKey || press.metaKey;
  switch (press.key) {
    case "ArrowLeft":
    case "ArrowRight":
      return {
        alter,
        direction: press.key === "ArrowLeft" ? "left" : "right",
        granularity: press.altKey ? "character" : "word",
      };
    case "ArrowUp":
    case "ArrowDown":
      if (press.altKey || far) return null;
      return { alter, direction: press.key === "ArrowUp" ? "backward" : "forward", granularity: "line" };
    case "Home":
    case "End":
      return {
        alter,
        direction: press.key === "Home" ? "backward" : "forward",
        granularity: far ? "documentboundary" : "lineboundary",
      };
    default:
      return null;
  }
}

/** The caret, or the moving end of what is selected, in the source; null when it stands elsewhere. */
export function caretOffset(root: HTMLElement, selection: Selection | null): number | null {
  const node = selection?.focusNode;
  if (!selection || !node || !root.contains(node)) return null;
  return offsetAt(root, node, selection.focusOffset, "start");
}

/** Puts the caret at a source offset. */
export function placeCaret(root: HTMLElement, offset: number): void {
  const place = placeOf(root, offset, "start");
  if (place) document.getSelection()?.collapse(...place);
}

/** Selects a part of the source, the caret at its end. */
export function selectOffsets(root: HTMLElement, offsets: Offsets): void {
  const from = placeOf(root, offsets.start, "start");
  const to = placeOf(root, offsets.end, "end");
  if (from && to) document.getSelection()?.setBaseAndExtent(...from, ...to);
}

/** Moves the caret or the selection's end, never out of the text and never into a formula. */
export function moveCaret(root: HTMLElement, move: CaretMove): void {
  const selection = document.getSelection();
  if (!selection) return;
  if (caretOffset(root, selection) === null) placeCaret(root, 0);
  const before = caretOffset(root, selection) ?? 0;
  const anchor = { node: selection.anchorNode, offset: selection.anchorOffset };
  const put = (place: [Node, number] | null) => {
    if (!place) return;
    if (move.alter === "move") selection.collapse(...place);
    else if (anchor.node) selection.setBaseAndExtent(anchor.node, anchor.offset, ...place);
  };
  if (move.granularity === "documentboundary") {
    put(move.direction === "backward" ? placeOf(root, 0, "start") : placeOf(root, Infinity, "end"));
    return;
  }
  selection.modify(move.alter, move.direction, move.granularity);
  const focus = selection.focusNode;
  if (!focus || !root.contains(focus)) {
    const after = root.compareDocumentPosition(focus ?? document.body) & Node.DOCUMENT_POSITION_FOLLOWING;
    put(after ? placeOf(root, Infinity, "end") : placeOf(root, 0, "start"));
    return;
  }
  const run = (focus instanceof Element ? focus : focus.parentElement)?.closest("[data-at]");
  if (run && root.contains(run) && isUnit(run)) {
    const from = Number(run.getAttribute("data-at"));
    const to = Number(run.getAttribute("data-end"));
    put(from >= before ? placeOf(root, to, "end") : placeOf(root, from, "start"));
  }
}

export interface Box {
  left: number;
  top: number;
  height: number;
}

/** Where to draw the caret, in pixels from `frame`'s corner; null when the place has no box. */
export function caretBox(frame: HTMLElement, selection: Selection | null): Box | null {
  if (!selection?.focusNode || !frame.contains(selection.focusNode)) return null;
  const range = document.createRange();
  range.setStart(selection.focusNode, selection.focusOffset);
  range.collapse(true);
  const rects = range.getClientRects();
  let rect: DOMRect | undefined = rects[rects.length - 1];
  let edge: "left" | "right" = "left";
  if (!rect || rect.height === 0) {
    // Beside a formula or between two elements the place itself has no box; its neighbour has.
    const children = selection.focusNode.childNodes;
    const next = children[selection.focusOffset];
    const last = children[selection.focusOffset - 1];
    const beside = next ?? last;
    if (!(beside instanceof Element)) return null;
    edge = next ? "left" : "right";
    rect = beside.getBoundingClientRect();
  }
  const corner = frame.getBoundingClientRect();
  return { left: rect[edge] - corner.left, top: rect.top - corner.top, height: rect.height };
}

/** Scrolls so that the caret is in sight, in whatever scrolls around it. */
export function revealCaret(selection: Selection | null): void {
  const node = selection?.focusNode;
  const element = node instanceof Element ? node : node?.parentElement;
  element?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
