import { useSyncExternalStore } from "react";
import { messageOf } from "@/lib/api/errors";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { IconButton } from "./button";
import { Icon } from "./icon";

interface Note {
  id: number;
  tone: "ok" | "danger";
  text: string;
}

let notes: readonly Note[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Note[]): void {
  notes = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  set(notes.filter((note) => note.id !== id));
}

function add(tone: Note["tone"], text: string): void {
  const id = nextId++;
  set([...notes.filter((note) => note.text !== text), { id, tone, text }].slice(-3));
  // Errors stay until they are read and closed.
  if (tone === "ok") setTimeout(() => dismiss(id), 5000);
}

/** Says what happened. Successes go by themselves, errors stay. */
export const toast = {
  ok: (text: string) => add("ok", text),
  error: (error: unknown) => add("danger", typeof error === "string" ? error : messageOf(error)),
};

/** The one place for such messages; it is a live region, so screen readers hear them. */
export function StatusRegion() {
  const t = useT();
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notes,
  );
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed start-4 bottom-4 z-[70] flex w-[calc(100vw-32px)] max-w-[420px] flex-col gap-2"
    >
      {shown.map((note) => (
        <div
          key={note.id}
          className={cx(
            "float-in pointer-events-auto flex items-start gap-2 rounded-md border border-line bg-raised py-2 ps-3 pe-1 shadow-float",
          )}
        >
          <Icon
            name={note.tone === "ok" ? "check" : "warning"}
            className={cx("mt-1 shrink-0", note.tone === "ok" ? "text-ok" : "text-danger")}
          />
          <p className="flex-1 py-0.5">{note.text}</p>
          <IconButton icon="close" label={t("Dismiss message")} size="sm" onClick={() => dismiss(note.id)} />
        </div>
      ))}
    </div>
  );
}
