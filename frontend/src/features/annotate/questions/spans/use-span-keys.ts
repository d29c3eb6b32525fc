import { useEffect, useRef } from "react";
import { type Action, useActions } from "@/actions";
import { ANNOTATE } from "@/actions/catalogue";
import { findMark, omissionIndex, targetsOf } from "./answer";
import * as command from "./commands";
import type { Context } from "./context";
import { chooseOmission, choosePassagePart, evidence, startOmission } from "./evidence";
import { markQueued, skipQueued } from "./queue";
import type { Mode } from "./ui-store";

/** Ids of the fields that keys lead to. */
export const noteFieldId = (question: string) => `spans-note-${question}`;

/** The spans question that had the keys last, so that h goes on to the next one of a form with several. */
let lastActive: string | null = null;

/** All keys of a spans question. Digits mean what the mode says: categories, kinds of omission, passages, sentences. */
export function useSpanKeys(
  context: Context,
  { active, onActivate }: { active: boolean; onActivate: () => void },
): Action[] {
  const { question, store, t, item } = context;
  const mode = store.get().mode;
  const group = t("Spans");
  const inMode = (...kinds: Mode["kind"][]) => active && kinds.includes(store.get().mode.kind);
  const questions = useSpansQuestions(question.name, active);

  const digit = (index: number) => {
    const { kind } = store.get().mode;
    if (kind === "mark" || kind === "earlier") command.chooseCategory(context, index);
    else if (kind === "omission") chooseOmission(context, index);
    else if (kind === "passage") choosePassagePart(context, index);
    else markQueued(context, index);
  };
  const enter = () => {
    if (!active) onActivate();
    const targets = targetsOf(question, item);
    const target = targets.includes(context.target) ? context.target : targets[0];
    if (target !== undefined) store.enter(target);
  };

  const actions: Action[] = [
    {
      ...ANNOTATE.spans,
      when: () => questions.isNext(),
      run: enter,
    },
    ...digits(context).map((each) => ({
      ...each,
      group,
      keyOnly: true,
      when: () => active,
      run: () => digit(each.index),
    })),
    {
      id: "annotate.spans-none",
      label: t("No errors found"),
      keys: ["0"],
      group,
      when: () => inMode("mark"),
      run: () => command.noErrors(context),
    },
    {
      id: "annotate.spans-omission",
      label: t("Something is missing"),
      keys: ["m"],
      group,
      when: () => inMode("mark") && question.omissions.length > 0,
      run: () => startOmission(context),
    },
    {
      id: "annotate.spans-severity",
      label: t("Next severity"),
      keys: ["Shift+!"],
      group,
      keyOnly: true,
      when: () => inMode("mark") && question.severities.length > 0,
      run: () => command.cycleSeverity(context),
    },
    {
      id: "annotate.spans-note",
      label: t("Note on the mark"),
      keys: ["n"],
      group,
      keyOnly: true,
      when: () => inMode("mark") && question.notes && hasEntry(context),
      run: () => document.getElementById(noteFieldId(question.name))?.focus(),
    },
    {
      id: "annotate.spans-evidence",
      label: t("Evidence for the mark"),
      keys: ["v"],
      group,
      keyOnly: true,
      when: () => inMode("mark", "earlier", "passage"),
      run: () => evidence(context),
    },
    {
      id: "annotate.spans-remove",
      label: t("Remove the mark"),
      keys: ["Delete", "Backspace"],
      group,
      keyOnly: true,
      when: () => inMode("mark") && hasEntry(context),
      run: () => command.removeEntry(context, store.get().active),
    },
  ];
  useActions(actions);
  useModeKeys(context, active && mode.kind !== "mark");
  return actions;
}

function hasEntry({ answer, store }: Context): boolean {
  const { active } = store.get();
  return (
    findMark(answer, active) !== undefined || answer.omissions[omissionIndex(active) ?? -1] !== undefined
  );
}

/** As many digits as there is anything to choose with: categories, omissions, passages or sentences. */
function digits({ question, item, t }: Context) {
  const passages = item.materials?.passages ?? [];
  const counts = [question.categories.length, question.omissions.length, passages.length];
  const most = Math.max(...counts, ...passages.map((each) => each.sentences.length));
  return Array.from({ length: Math.min(9, most) }, (_each, index) => ({
    id: `annotate.spans-category-${index + 1}`,
    label: question.categories[index]?.title ?? t("Passage or sentence {{number}}", { number: index + 1 }),
    keys: [String(index + 1)],
    index,
  }));
}

/** While something is asked, Esc leaves it and Enter takes it, before the page's own Esc and Enter hear of it. */
function useModeKeys(context: Context, on: boolean): void {
  const latest = useRef(context);
  useEffect(() => {
    latest.current = context;
  });
  useEffect(() => {
    if (!on) return;
    const answer = (event: KeyboardEvent) => {
      const handled = !isField(event.target) && modeKey(latest.current, event);
      if (!handled) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener("keydown", answer, true);
    return () => document.removeEventListener("keydown", answer, true);
  }, [on]);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
}

function modeKey(context: Context, event: KeyboardEvent): boolean {
  const { store, item } = context;
  const { mode } = store.get();
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Escape") {
    const back =
      mode.kind === "passage" && mode.passage !== null && (item.materials?.passages?.length ?? 0) > 1;
    store.set({ mode: back ? { ...mode, passage: null } : { kind: "mark" }, message: null });
    return true;
  }
  if (event.target instanceof HTMLButtonElement && (event.key === "Enter" || event.key === " ")) return false;
  if (event.key === "Enter") {
    if (mode.kind === "queue") skipQueued(context);
    else if (mode.kind === "omission") store.set({ mode: { kind: "mark" } });
    else evidence(context);
    return true;
  }
  if (mode.kind === "passage" && mode.passage !== null) {
    const count = item.materials?.passages?.[mode.passage]?.sentences.length ?? 0;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      const sentence = Math.max(0, Math.min(count - 1, mode.sentence + by));
      store.set({ mode: { ...mode, sentence } });
      return true;
    }
    if (event.key === " ") {
      choosePassagePart(context, mode.sentence);
      return true;
    }
  }
  return false;
}

/** In a form with several spans questions, h goes from one to the next. */
const mounted: string[] = [];
function useSpansQuestions(name: string, active: boolean) {
  useEffect(() => {
    mounted.push(name);
    return () => {
      mounted.splice(mounted.indexOf(name), 1);
    };
  }, [name]);
  useEffect(() => {
    if (active) lastActive = name;
  }, [name, active]);
  return {
    isNext: () => {
      // Within one question h leads from the dock into the text.
      const inText = document.activeElement?.hasAttribute("data-spans-text");
      const at = lastActive === null ? -1 : mounted.indexOf(lastActive);
      if (at >= 0 && !inText) return mounted[at] === name;
      return mounted[(at + 1) % mounted.length] === name;
    },
  };
}
