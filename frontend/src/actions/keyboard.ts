import { matchKeybindingPress, parseKeybinding } from "tinykeys";
import { readSetting, writeSetting } from "@/lib/storage";
import { isTypingTarget, mayAnswer } from "./guard";
import { type ActionRegistry, isSingleCharacter, runAction } from "./registry";

type Press = ReturnType<typeof parseKeybinding>[number];

const SEQUENCE_TIMEOUT_MS = 1000;
const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"]);

export function singleKeysEnabled(): boolean {
  return readSetting("single-keys") !== "off";
}

export function setSingleKeys(on: boolean): void {
  writeSetting("single-keys", on ? null : "off");
}

/** Answers one key: the last registered enabled action that may answer it runs, and only that one. */
export function answerKey(registry: ActionRegistry, key: string, event: KeyboardEvent): boolean {
  if (isSingleCharacter(key) && !singleKeysEnabled()) return false;
  const action = registry.boundTo(key).find((each) => mayAnswer(event, each));
  if (!action) return false;
  event.preventDefault();
  runAction(action);
  return true;
}

/** Whether this key press is the one meant. Digits and marks count however the keyboard makes them. */
function matches(event: KeyboardEvent, press: Press): boolean {
  const [required, optional, key] = press;
  const isMark = typeof key === "string" && key.length === 1 && !/[a-z]/i.test(key);
  if (!isMark) return matchKeybindingPress(event, press);
  const needed = required.filter((each) => each !== "Shift");
  return matchKeybindingPress(event, [needed, [...optional, "Shift"], key]);
}

/** Turns key presses into actions; "g d" is g, then d within a second. A finished sequence beats a single key. */
export class KeyDispatcher {
  private pending: { key: string; rest: Press[] }[] = [];
  private lastAt = 0;
  private readonly parsed = new Map<string, Press[]>();

  constructor(private readonly registry: ActionRegistry) {}

  handle = (event: KeyboardEvent): void => {
    // Browsers send key events without a key when a saved address is filled in.
    if (!event.key || MODIFIERS.has(event.key)) return;
    if (event.timeStamp - this.lastAt > SEQUENCE_TIMEOUT_MS) this.pending = [];
    this.lastAt = event.timeStamp;

    const advanced = this.pending.filter(({ rest }) => rest[0] && matches(event, rest[0]));
    this.pending = [];
    for (const { key, rest } of advanced) {
      if (rest.length === 1 && answerKey(this.registry, key, event)) return;
      if (rest.length > 1) this.pending.push({ key, rest: rest.slice(1) });
    }
    if (this.pending.length > 0) return;

    const typing = isTypingTarget(event.target);
    for (const key of this.registry.keys()) {
      const [first, ...rest] = this.parse(key);
      if (!first || !matches(event, first)) continue;
      if (rest.length > 0) {
        if (!typing) this.pending.push({ key, rest });
      } else if (answerKey(this.registry, key, event)) {
        return;
      }
    }
  };

  private parse(key: string): Press[] {
    const known = this.parsed.get(key) ?? parseKeybinding(key);
    this.parsed.set(key, known);
    return known;
  }
}

/** Binds all keys of the registry to the window, now and as it changes. Returns the undo. */
export function bindKeyboard(registry: ActionRegistry, target: Window = window): () => void {
  const dispatcher = new KeyDispatcher(registry);
  target.addEventListener("keydown", dispatcher.handle);
  return () => target.removeEventListener("keydown", dispatcher.handle);
}
