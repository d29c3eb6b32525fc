import type { Answers } from "@/lib/api/types";
import { readSetting, writeSetting } from "@/lib/storage";

/** Unsent answers of the item on screen, kept per lease so that a reload finds them. */
const NAME = "annotate-draft";

export function saveDraft(task: string, answers: Answers): void {
  writeSetting(NAME, JSON.stringify({ task, answers }));
}

export function loadDraft(task: string): Answers | null {
  const text = readSetting(NAME);
  if (!text) return null;
  try {
    const draft = JSON.parse(text) as { task?: unknown; answers?: unknown };
    return draft.task === task && typeof draft.answers === "object" ? (draft.answers as Answers) : null;
  } catch {
    return null;
  }
}

export function clearDraft(): void {
  writeSetting(NAME, null);
}
