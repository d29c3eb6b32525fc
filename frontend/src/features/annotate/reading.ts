import type { DraftCounts } from "./questions/drafted";
import type { Target } from "./questions/types";
import type { ItemTimer } from "./timer";

/** How an item was read: stored beside the answer, never shown and never held against anybody. */
export interface Reading {
  idle_ms: number;
  /** From first sight to the first answer, in milliseconds. */
  first_answer_ms?: number;
  /** The share of each text that came into sight, 0 to 1. */
  seen: Record<Target, number>;
  /** Texts whose last line was in sight. */
  reached_end: Target[];
  /** What became of what AI had drafted. */
  drafts?: DraftCounts;
}

/** A pixel or two of rounding and descenders do not make an unread line. */
const END_SLACK_PX = 4;

/** Collects the reading of one item. A corrected answer starts a reading of its own. */
export class ReadingTracker {
  private firstAnswer: number | undefined;
  private readonly seen = new Map<Target, number>();

  constructor(private readonly timer: ItemTimer) {}

  answered(): void {
    this.firstAnswer ??= this.timer.elapsed;
  }

  /** `share` of a text is or was in sight; only more than before counts. */
  saw(target: Target, share: number): void {
    const known = this.seen.get(target) ?? 0;
    if (share > known) this.seen.set(target, Math.min(1, share));
  }

  read(): Reading {
    const { duration_ms, active_ms } = this.timer.read();
    const entries = [...this.seen];
    return {
      idle_ms: Math.max(0, duration_ms - active_ms),
      ...(this.firstAnswer !== undefined && { first_answer_ms: this.firstAnswer }),
      seen: Object.fromEntries(entries.map(([target, share]) => [target, Math.round(share * 1000) / 1000])),
      reached_end: entries.filter(([, share]) => share === 1).map(([target]) => target),
    };
  }
}

interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** How far down a text its lowest visible line is, 0 to 1; 0 when it is out of sight to any side. */
export function shareInSight(text: Box, window: Box): number {
  const height = text.bottom - text.top;
  const across = Math.min(text.right, window.right) - Math.max(text.left, window.left);
  // On a phone the next pane peeps in from the side while another is read.
  if (height <= 0 || across < (text.right - text.left) / 2) return 0;
  const bottom = Math.min(text.bottom, window.bottom);
  if (bottom <= Math.max(text.top, window.top)) return 0;
  return bottom >= text.bottom - END_SLACK_PX ? 1 : (bottom - text.top) / height;
}

function intersect(one: Box, other: Box): Box {
  return {
    top: Math.max(one.top, other.top),
    bottom: Math.min(one.bottom, other.bottom),
    left: Math.max(one.left, other.left),
    right: Math.min(one.right, other.right),
  };
}

/** What `element` can be seen through: the window, cut by every ancestor that scrolls. */
function sightOf(element: Element): Box {
  let box: Box = { top: 0, left: 0, bottom: window.innerHeight, right: window.innerWidth };
  for (let each = element.parentElement; each && each !== document.body; each = each.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(each);
    if (overflowX !== "visible" || overflowY !== "visible")
      box = intersect(box, each.getBoundingClientRect());
  }
  return box;
}

/** Looks at every text below `root` (they carry `data-target`) and notes what of it is in sight. */
export function lookAt(root: Element, tracker: ReadingTracker): void {
  for (const text of root.querySelectorAll<HTMLElement>("[data-target]")) {
    const target = text.dataset.target;
    if (target) tracker.saw(target, shareInSight(text.getBoundingClientRect(), sightOf(text)));
  }
}
