import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useMe } from "@/lib/session";
import { DraftKeeper, type DraftKey, loadDraft } from "./drafts";
import type { Answer, Answers } from "./questions/types";
import { lookAt, ReadingTracker } from "./reading";
import type { Task } from "./session";
import type { ItemTimer } from "./timer";

/** The answers on screen. Every change is saved as a draft before long, and at once when the page is left. */
export function useAnswers(task: Task, onChange: (name: string) => void) {
  const me = useMe();
  const key: DraftKey = { person: me.id, item: task.item.id, form: task.form.id };
  const [answers, setAnswers] = useState<Answers>(() => loadDraft(key) ?? task.answers);
  const latest = useRef(answers);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the parts of `key` are its identity.
  const keeper = useMemo(() => new DraftKeeper(key), [key.person, key.item, key.form]);
  useEffect(() => {
    const hidden = () => document.visibilityState === "hidden" && keeper.flush();
    window.addEventListener("pagehide", keeper.flush);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      window.removeEventListener("pagehide", keeper.flush);
      document.removeEventListener("visibilitychange", hidden);
      keeper.flush();
    };
  }, [keeper]);

  const change = (name: string, answer: Answer | undefined) => {
    // Not from the state of this render: a key may change two questions before the next one.
    const { [name]: _, ...others } = latest.current;
    latest.current = answer === undefined ? others : { ...others, [name]: answer };
    setAnswers(latest.current);
    keeper.change(latest.current);
    onChange(name);
  };
  return { answers, change, forget: () => keeper.clear() };
}

const LOOK_EVERY_MS = 200;

/** Notes how much of each text came into sight below `root`: now, after scrolling and after resizing. */
export function useReading(root: RefObject<HTMLElement | null>, timer: ItemTimer): ReadingTracker {
  const tracker = useMemo(() => new ReadingTracker(timer), [timer]);
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      due = undefined;
      if (root.current) lookAt(root.current, tracker);
    };
    const soon = () => {
      due ??= setTimeout(look, LOOK_EVERY_MS);
    };
    const element = root.current;
    const resized = new ResizeObserver(soon);
    if (element) resized.observe(element);
    element?.addEventListener("scroll", soon, { capture: true, passive: true });
    soon();
    return () => {
      clearTimeout(due);
      resized.disconnect();
      element?.removeEventListener("scroll", soon, { capture: true });
    };
  }, [root, tracker]);
  return tracker;
}
