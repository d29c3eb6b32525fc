import type { Answers } from "@/lib/api/types";

/** Answers not sent yet, kept in the browser per person and item, so that a reload or another day finds them. */

const PREFIX = "plumbline.draft.";
/** More are not kept: whoever leaves so many items half done has forgotten the oldest. */
export const MAX_DRAFTS = 50;
export const SAVE_AFTER_MS = 250;

export interface DraftKey {
  person: number;
  item: number;
  /** Answers under another version of the form are not the same answers. */
  form: number;
}

interface Stored {
  form: number;
  answers: Answers;
  at: number;
}

const nameOf = ({ person, item }: DraftKey) => `${PREFIX}${person}.${item}`;

function store(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

function read(storage: Storage, name: string): Stored | null {
  try {
    const stored = JSON.parse(storage.getItem(name) ?? "") as Stored;
    return typeof stored.answers === "object" && stored.answers !== null ? stored : null;
  } catch {
    return null;
  }
}

/** Names of all drafts of all people in this browser, oldest first; what cannot be read counts as oldest. */
function names(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "")
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => ({ name, at: read(storage, name)?.at ?? 0 }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

export function saveDraft(key: DraftKey, answers: Answers): void {
  const storage = store();
  if (!storage) return;
  const name = nameOf(key);
  const text = JSON.stringify({ form: key.form, answers, at: Date.now() } satisfies Stored);
  // Looking at all of them is needed for a new one only.
  if (storage.getItem(name) === null) {
    const others = names(storage);
    for (const oldest of others.slice(0, Math.max(0, others.length - MAX_DRAFTS + 1)))
      storage.removeItem(oldest);
  }
  if (put(storage, name, text)) return;
  // Full: older drafts make room, one by one. When none is left the draft lives until the page closes.
  for (const oldest of names(storage).filter((each) => each !== name)) {
    storage.removeItem(oldest);
    if (put(storage, name, text)) return;
  }
}

function put(storage: Storage, name: string, text: string): boolean {
  try {
    storage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}

export function loadDraft(key: DraftKey): Answers | null {
  const storage = store();
  const stored = storage && read(storage, nameOf(key));
  return stored?.form === key.form ? stored.answers : null;
}

export function clearDraft(key: DraftKey): void {
  store()?.removeItem(nameOf(key));
}

/** Saves the newest of several quick changes, a moment after the last one or when `flush` is called. */
export class DraftKeeper {
  private pending: Answers | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly key: DraftKey) {}

  change(answers: Answers): void {
    this.pending = answers;
    // The first change of a row starts the clock, so that steady typing is saved as well.
    this.timer ??= setTimeout(this.flush, SAVE_AFTER_MS);
  }

  flush = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending) saveDraft(this.key, this.pending);
    this.pending = null;
  };

  /** The answers have gone to the outbox. */
  clear(): void {
    this.pending = null;
    clearTimeout(this.timer);
    this.timer = undefined;
    clearDraft(this.key);
  }
}
