import { useLayoutEffect } from "react";
import { isTypingTarget } from "./guard";

/** What does not come within this time no longer holds anybody up. */
const PATIENCE_MS = 3_000;
const NEVER_HELD = new Set(["Tab", "Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"]);

/** Holds the keys pressed around one element, or all of them. */
type Hold = { around: { current: HTMLElement | null } | undefined };

const holds = new Set<Hold>();
let held: KeyboardEvent[] = [];
let replaying = false;

/**
 * While the calling component is mounted, key presses wait; they are pressed again, in order, once what was asked for
 * is on screen. Who types faster than a chunk loads loses no key, and none reaches what is behind.
 */
export function useHeldKeys(around?: { current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const mine: Hold = { around };
    holds.add(mine);
    window.addEventListener("keydown", hold, true);
    const release = () => {
      // After the effects of what came instead: only then does it know its keys.
      if (holds.delete(mine)) setTimeout(replay);
    };
    const impatient = setTimeout(release, PATIENCE_MS);
    return () => {
      clearTimeout(impatient);
      release();
    };
  }, [around]);
}

/** What `<Suspense>` shows while something loads that keys lead to. */
export function HeldKeys({ around }: { around?: { current: HTMLElement | null } }): null {
  useHeldKeys(around);
  return null;
}

function isHeld(event: KeyboardEvent): boolean {
  // Nothing overtakes what waits already.
  if (held.length > 0) return true;
  const { target } = event;
  return [...holds].some(({ around }) => {
    if (!around) return true;
    const focused = target instanceof HTMLElement && target !== document.body ? target : null;
    return around.current !== null && focused?.contains(around.current);
  });
}

function hold(event: KeyboardEvent): void {
  if (replaying || NEVER_HELD.has(event.key) || isTypingTarget(event.target) || !isHeld(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) held.push(event);
}

/** Presses the first key again; it may ask for something that loads, and the others wait for that as well. */
function replay(): void {
  if (holds.size > 0) return;
  const [first, ...rest] = held;
  if (first) {
    replaying = true;
    (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", first));
    replaying = false;
  }
  held = rest;
  if (held.length > 0) setTimeout(replay);
  else if (holds.size === 0) window.removeEventListener("keydown", hold, true);
}
