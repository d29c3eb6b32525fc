import { parseKeybinding } from "tinykeys";
import type { IconName } from "@/components/ui/icon";
import type { KeyRule } from "./guard";

/** Something a person can do here. It exists once; keys, buttons, the help sheet and the palette all read it. */
export interface Action extends KeyRule {
  /** Unique and stable, "area.verb": "rows.open", "annotate.submit". */
  id: string;
  /** What a button says: a verb in sentence case. */
  label: string;
  /** Key bindings in tinykeys' words: "n", "$mod+k", "g d", "Shift+?". The first one is printed. */
  keys?: readonly string[];
  /** Heading in the help sheet and the palette. */
  group: string;
  icon?: IconName;
  /** Whether it can be done now. Absent means always. */
  when?: () => boolean;
  run: () => void;
  /** Left out of the palette (moving a selection makes no sense there); the help sheet still shows it. */
  keyOnly?: boolean;
}

export interface KeyConflict {
  key: string;
  ids: string[];
}

/** Action id → the keys a person chose for it; no keys at all is a choice too. */
export type Keymap = Readonly<Record<string, readonly string[]>>;

type Listener = () => void;

const NO_CHOICES: Keymap = {};

/** Holds the actions of everything now on screen. Later registrations win over earlier ones for the same key. */
export class ActionRegistry {
  private readonly entries = new Map<symbol, Action>();
  private readonly listeners = new Set<Listener>();
  private snapshot: readonly Action[] = [];
  private keymap: Keymap = NO_CHOICES;
  private readonly warned = new Set<string>();

  /** Takes actions, with their default keys, until the returned function is called. */
  register(...actions: Action[]): () => void {
    const tokens = actions.map((action) => {
      const token = Symbol(action.id);
      this.entries.set(token, action);
      return token;
    });
    this.changed();
    return () => {
      for (const token of tokens) this.entries.delete(token);
      this.changed();
    };
  }

  /** A person's own keys take the place of the defaults, everywhere at once. */
  setKeymap(keymap: Keymap | undefined): void {
    if ((keymap ?? NO_CHOICES) === this.keymap) return;
    this.keymap = keymap ?? NO_CHOICES;
    this.changed();
  }

  /** The keys that work for an action whose defaults are `keys`. */
  keysOf(id: string, keys: readonly string[] | undefined): readonly string[] | undefined {
    return Object.hasOwn(this.keymap, id) ? this.keymap[id] : keys;
  }

  getKeymap = (): Keymap => this.keymap;

  /** All actions with the keys they have when nobody chose others. */
  defaults(): readonly Action[] {
    return [...this.entries.values()];
  }

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** All actions in order of registration, with the keys that work; the same array until something changes. */
  list = (): readonly Action[] => this.snapshot;

  get(id: string): Action | undefined {
    return this.snapshot.findLast((action) => action.id === id);
  }

  /** Enabled actions bound to `key`, most recently registered first. */
  boundTo(key: string): Action[] {
    const wanted = normalizeKey(key);
    return this.snapshot
      .filter((action) => action.keys?.some((each) => normalizeKey(each) === wanted) && isEnabled(action))
      .reverse();
  }

  keys(): string[] {
    return [...new Set(this.snapshot.flatMap((action) => action.keys ?? []))];
  }

  /** Two different enabled actions on one key: a mistake of ours, not of the person. */
  conflicts(): KeyConflict[] {
    const byKey = new Map<string, { key: string; ids: Set<string> }>();
    for (const action of this.snapshot.filter(isEnabled)) {
      for (const key of action.keys ?? []) {
        // A dialog's keys and those of the page behind it never work at the same time.
        const place = `${normalizeKey(key)} ${action.inDialog ?? false}`;
        const entry = byKey.get(place) ?? { key, ids: new Set<string>() };
        entry.ids.add(action.id);
        byKey.set(place, entry);
      }
    }
    return [...byKey.values()]
      .filter((entry) => entry.ids.size > 1)
      .map((entry) => ({ key: entry.key, ids: [...entry.ids] }));
  }

  private changed(): void {
    this.snapshot = [...this.entries.values()].map((action) => {
      const keys = this.keysOf(action.id, action.keys);
      return keys === action.keys ? action : { ...action, keys };
    });
    if (import.meta.env.DEV) this.warnOfConflicts();
    for (const listener of this.listeners) listener();
  }

  private warnOfConflicts(): void {
    for (const conflict of this.conflicts()) {
      const text = `Key "${conflict.key}" is bound to ${conflict.ids.join(" and ")}; the last one wins.`;
      if (!this.warned.has(text)) console.warn(text);
      this.warned.add(text);
    }
  }
}

export function isEnabled(action: Action): boolean {
  return action.when?.() ?? true;
}

export function runAction(action: Action): void {
  if (isEnabled(action)) action.run();
}

const normalized = new Map<string, string>();

/** "Shift+A" and "shift+a" are one key. */
export function normalizeKey(key: string): string {
  let known = normalized.get(key);
  if (known === undefined) {
    known = written(key);
    normalized.set(key, known);
  }
  return known;
}

function written(key: string): string {
  return parseKeybinding(key)
    .map(([required, optional, name]) =>
      [...required]
        .sort()
        .join("+")
        .concat("|", [...optional].sort().join("+"), "|", String(name).toLowerCase()),
    )
    .join(" ");
}

/** True for bindings made of letters, digits or marks alone; people may switch those off (WCAG 2.1.4). */
export function isSingleCharacter(key: string): boolean {
  return key.split(" ").every((press) => [...press.replace(/^Shift\+/, "")].length === 1);
}

export const registry = new ActionRegistry();
