import type { TFunction } from "i18next";
import type { Offsets } from "@/components/source-text";
import type { Item } from "@/lib/api/types";
import { toCodePoint } from "../offsets";
import { targetName, textOf } from "../targets";
import type { Category, Mark, SpansAnswer, SpansQuestion, Target } from "../types";
import * as change from "./answer";
import { sentenceAt, snap, wordAt } from "./snap";
import type { SpansStore } from "./ui-store";

/** Everything a person can do in a spans question, by key or by pointer, with what is said when it cannot be done. */

export interface Context {
  question: SpansQuestion;
  answer: SpansAnswer;
  item: Item;
  store: SpansStore;
  /** The text that keys act on. */
  target: Target;
  t: TFunction;
  onChange(answer: SpansAnswer | undefined): void;
  onDone(): void;
  onCurrent?(target: Target): void;
}

function store(context: Context, answer: SpansAnswer): void {
  context.onChange(change.isEmpty(answer) ? undefined : answer);
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

function titleOf(question: SpansQuestion, category: string): string {
  const named = [...question.categories, ...question.omissions].find((each) => each.name === category);
  return named?.title ?? category;
}

/** What a category would mark now: the selection, or the word, sentence or text at the keyboard's caret. */
function place(context: Context, category: Category, text: string): Offsets | null {
  const { question, store: ui } = context;
  const { selection, caret } = ui.get();
  if (selection) return snap(text, selection, question.boundaries);
  if (caret === null) return null;
  if (category.density === "sentence") return sentenceAt(text, caret);
  if (category.density === "response") return snap(text, { start: 0, end: text.length }, question.boundaries);
  return wordAt(text, caret);
}

/** The n-th category's key: marks the selection, else gives the mark at hand another category. */
export function chooseCategory(context: Context, index: number): void {
  const { question, answer, store: ui, target, t } = context;
  const category = question.categories[index];
  const text = textOf(context.item, target);
  if (!category || text === undefined) return;
  const { active, selection, confirm } = ui.get();
  const at = change.findMark(answer, active);
  if (at && !selection) {
    ui.set({ confirm: null, message: null });
    store(context, change.recategorise(question, answer, change.markId(at), category.name));
    return;
  }
  const found = place(context, category, text);
  if (!found) {
    ui.set({ message: t("Select the words first, with the mouse or with h and the arrow keys.") });
    return;
  }
  const covered = change.overlapping(answer, target, text, found);
  const stronger = covered.find((mark) => change.priorityOf(question, mark.category) <= index);
  const same = covered.find(
    (mark) => mark.start === toCodePoint(text, found.start) && mark.end === toCodePoint(text, found.end),
  );
  if (same && covered.length === 1) {
    // The very same words: that is another opinion about them, not an overlap.
    store(context, change.recategorise(question, answer, change.markId(same), category.name));
    ui.set({ active: change.markId(same), confirm: null, message: null });
    return;
  }
  if (stronger) {
    ui.set({
      confirm: null,
      active: change.markId(stronger),
      message: t(
        "“{{quote}}” is marked {{category}} here, and marks may not overlap. Choose other words, or remove that mark with Delete.",
        { quote: quoted(stronger.quote), category: titleOf(question, stronger.category) },
      ),
    });
    return;
  }
  if (covered[0] && confirm !== category.name) {
    ui.set({
      confirm: category.name,
      message: t(
        "“{{quote}}” is marked {{category}} here. Press {{key}} once more to put {{other}} in its place.",
        {
          quote: quoted(covered[0].quote),
          category: titleOf(question, covered[0].category),
          key: index + 1,
          other: category.title,
        },
      ),
    });
    return;
  }
  const made = change.addMark(answer, target, text, found, category.name, covered);
  store(context, made.answer);
  ui.set({ active: made.id, confirm: null, message: null, mode: { kind: "mark" } });
  collapseAfter(context, found.end);
}

/** The selection has become a mark; the caret goes on behind it. */
function collapseAfter({ store: ui, target }: Context, end: number): void {
  ui.set({ selection: null, caret: ui.get().caret === null ? null : end });
  const root = ui.roots.get(target);
  const selection = document.getSelection();
  if (root && selection && selection.rangeCount > 0 && root.contains(selection.focusNode))
    selection.collapseToEnd();
}

/** None, then each severity in turn. */
export function cycleSeverity(context: Context): void {
  const { question, answer, store: ui, t } = context;
  const mark = change.findMark(answer, ui.get().active);
  if (!mark) {
    ui.set({ message: t("Choose a mark first, with Tab or by clicking on it.") });
    return;
  }
  const names: (string | null)[] = [null, ...question.severities.map((each) => each.name)];
  const next = names[(names.indexOf(mark.severity) + 1) % names.length] ?? null;
  store(context, change.changeMark(answer, change.markId(mark), { severity: next }));
}

export function setSeverity(context: Context, id: string, severity: string | null): void {
  store(context, change.changeMark(context.answer, id, { severity }));
}

export function setNote(context: Context, id: string, note: string): void {
  const index = change.omissionIndex(id);
  store(
    context,
    index === null
      ? change.changeMark(context.answer, id, { note })
      : change.changeOmission(context.answer, index, { note }),
  );
}

export function removeEntry(context: Context, id: string | null): void {
  const { answer, store: ui, t } = context;
  const exists = change.findMark(answer, id) || answer.omissions[change.omissionIndex(id) ?? -1];
  if (id === null || !exists) {
    ui.set({ message: t("Choose a mark first, with Tab or by clicking on it.") });
    return;
  }
  store(context, change.remove(answer, id));
  ui.set({ active: null, confirm: null, message: null, mode: { kind: "mark" } });
}

/** The explicit "No errors found", so that an unmarked text is never ambiguous; then the next open text. */
export function noErrors(context: Context): void {
  const { question, answer, item, store: ui, target, t } = context;
  const next = change.toggleNoError(answer, target);
  if (!next) {
    ui.set({
      message: t("{{text}} has marks. Remove them before saying that it has no errors.", {
        text: targetName(item, target, t),
      }),
    });
    return;
  }
  store(context, next);
  ui.set({ active: null, confirm: null, message: null });
  if (!next.no_error.includes(target)) return;
  const open = change.openTargets(question, next, item);
  if (open[0] !== undefined) goTo(context, open[0]);
  else context.onDone();
}

/** Keys act on another text from now on. */
export function goTo({ store: ui, onCurrent }: Context, target: Target): void {
  onCurrent?.(target);
  ui.set({ target, selection: null, caret: null, active: null, confirm: null });
  const root = ui.roots.get(target);
  root?.parentElement?.closest("section")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  root?.focus({ preventScroll: true });
}

// ── Evidence ────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the entry at hand may point to. */
export function evidenceKind(context: Context, id: string | null): Category["evidence"] {
  const { question, answer } = context;
  const index = change.omissionIndex(id);
  if (index !== null) {
    const category = answer.omissions[index]?.category;
    return question.omissions.find((each) => each.name === category)?.evidence ?? "none";
  }
  const category = change.findMark(answer, id)?.category;
  return question.categories.find((each) => each.name === category)?.evidence ?? "none";
}

/** Starts pointing to evidence, or, when that is being done, takes what is selected. */
export function evidence(context: Context): void {
  const { answer, item, store: ui, t } = context;
  const { mode, active } = ui.get();
  if (mode.kind === "earlier") {
    takeEarlier(context);
    return;
  }
  if (mode.kind === "passage") {
    ui.set({ mode: { kind: "mark" }, message: null });
    return;
  }
  const kind = evidenceKind(context, active);
  const chosen = change.findMark(answer, active) ?? answer.omissions[change.omissionIndex(active) ?? -1];
  if (active === null || !chosen) {
    ui.set({ message: t("Choose a mark first, with Tab or by clicking on it.") });
  } else if (kind === "none") {
    ui.set({ message: t("Marks of this kind need no evidence.") });
  } else if (kind === "earlier_span") {
    ui.set({ mode: { kind: "earlier", mark: active }, message: null, confirm: null });
  } else if (!item.materials?.passages?.length) {
    ui.set({ message: t("This item has no passages to point to.") });
  } else {
    ui.set({ mode: passageMode(context, active), message: null, confirm: null });
  }
}

/** With a single passage there is nothing to choose first; what was chosen before is opened again. */
export function passageMode({ answer, item }: Context, owner: string) {
  const index = change.omissionIndex(owner);
  const given = index === null ? change.findMark(answer, owner)?.evidence : answer.omissions[index]?.evidence;
  const only = item.materials?.passages?.length === 1 ? 0 : null;
  const passage = given?.kind === "passage" ? given.passage : only;
  return { kind: "passage" as const, owner, passage, sentence: 0 };
}

function takeEarlier(context: Context): void {
  const { question, answer, item, store: ui, t } = context;
  const { mode, selection, caret } = ui.get();
  const mark = mode.kind === "earlier" ? change.findMark(answer, mode.mark) : undefined;
  const text = mark && textOf(item, mark.target);
  if (!mark || text === undefined) {
    ui.set({ mode: { kind: "mark" } });
    return;
  }
  const found = selection
    ? snap(text, selection, question.boundaries)
    : caret === null
      ? null
      : wordAt(text, caret);
  if (!found || ui.get().target !== mark.target) {
    ui.set({ message: t("Select the earlier words in the same text, then press v.") });
    return;
  }
  const end = toCodePoint(text, found.end);
  if (end > mark.start) {
    ui.set({ message: t("The words it repeats must come before the mark.") });
    return;
  }
  store(
    context,
    change.changeMark(answer, change.markId(mark), {
      evidence: {
        kind: "earlier_span",
        start: toCodePoint(text, found.start),
        end,
        quote: text.slice(found.start, found.end),
      },
    }),
  );
  ui.set({ mode: { kind: "mark" }, message: null, active: change.markId(mark) });
  collapseAfter(context, found.end);
}

/** A digit, or the sentence that is pointed at, while evidence is chosen from passages. */
export function choosePassagePart(context: Context, index: number): void {
  const { answer, item, store: ui } = context;
  const { mode } = ui.get();
  if (mode.kind !== "passage") return;
  const passages = item.materials?.passages ?? [];
  if (mode.passage === null) {
    if (passages[index]) ui.set({ mode: { ...mode, passage: index, sentence: 0 } });
    return;
  }
  if (!passages[mode.passage]?.sentences[index]) return;
  const at = change.omissionIndex(mode.owner);
  const given = at === null ? change.findMark(answer, mode.owner)?.evidence : answer.omissions[at]?.evidence;
  const before = given?.kind === "passage" ? given : null;
  const next = change.toggleSentence(before, mode.passage, index);
  store(
    context,
    at === null
      ? change.changeMark(answer, mode.owner, { evidence: next })
      : change.changeOmission(answer, at, { evidence: next }),
  );
  ui.set({ mode: { ...mode, sentence: index } });
}

export function clearEvidence(context: Context, id: string): void {
  const index = change.omissionIndex(id);
  store(
    context,
    index === null
      ? change.changeMark(context.answer, id, { evidence: null })
      : change.changeOmission(context.answer, index, { evidence: null }),
  );
}

// ── What is missing from a text ─────────────────────────────────────────────────────────────────────────────────

/** Asks what is missing; with one kind of omission there is nothing to ask. */
export function startOmission(context: Context): void {
  const { question, store: ui, target } = context;
  if (question.omissions.length === 1) chooseOmission(context, 0, target);
  else if (question.omissions.length > 1)
    ui.set({ mode: { kind: "omission", target }, message: null, confirm: null });
}

export function chooseOmission(context: Context, index: number, target: Target = context.target): void {
  const { question, answer, item, store: ui } = context;
  const category = question.omissions[index];
  if (!category) return;
  const made = change.addOmission(answer, target, category.name);
  store(context, made.answer);
  const asksWhere = category.evidence === "passage" && (item.materials?.passages?.length ?? 0) > 0;
  ui.set({
    active: made.id,
    message: null,
    mode: asksWhere ? passageMode({ ...context, answer: made.answer }, made.id) : { kind: "mark" },
  });
}

// ── Passages that an edit changed ───────────────────────────────────────────────────────────────────────────────

/** Places offered for marking one after the other; those already marked are left out. */
export function queuePlaces(
  context: Context,
  target: Target,
  places: readonly Offsets[],
): { target: Target; start: number; end: number }[] {
  const text = textOf(context.item, target);
  if (text === undefined) return [];
  const taken: Offsets[] = [];
  for (const each of places) {
    const found = snap(text, each, context.question.boundaries);
    const last = taken.at(-1);
    if (!found) continue;
    // Neighbours that grew into each other when they were widened to whole words are one place.
    if (last && found.start < last.end) last.end = Math.max(last.end, found.end);
    else if (change.overlapping(context.answer, target, text, found).length === 0) taken.push({ ...found });
  }
  return taken.map((each) => ({ target, ...each }));
}

/** A category's key while changed passages are offered: marks the first and goes on to the next. */
export function markQueued(context: Context, index: number): void {
  const { question, answer, item, store: ui } = context;
  const { mode } = ui.get();
  const category = question.categories[index];
  if (mode.kind !== "queue" || !category) return;
  const [first, ...rest] = mode.places;
  const text = first && textOf(item, first.target);
  if (first && text !== undefined && change.overlapping(answer, first.target, text, first).length === 0) {
    const made = change.addMark(answer, first.target, text, first, category.name);
    store(context, made.answer);
    ui.set({ active: made.id });
  }
  advanceQueue(context, rest);
}

export function skipQueued(context: Context): void {
  const { mode } = context.store.get();
  if (mode.kind === "queue") advanceQueue(context, mode.places.slice(1));
}

function advanceQueue({ store: ui }: Context, rest: { target: Target; start: number; end: number }[]): void {
  const next = rest[0];
  ui.set({
    mode: next ? { kind: "queue", places: rest } : { kind: "mark" },
    ...(next && { target: next.target }),
    selection: null,
    message: null,
  });
}

// ── Walking ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The mark after (1) or before (-1) the one at hand or the caret; null at the end. */
export function neighbour(context: Context, by: 1 | -1): Mark | null {
  const { answer, item, store: ui, target } = context;
  const marks = change.marksOn(answer, target);
  const { active, caret } = ui.get();
  const at = marks.findIndex((mark) => change.markId(mark) === active);
  if (at >= 0) return marks[at + by] ?? null;
  const text = textOf(item, target) ?? "";
  const here = toCodePoint(text, caret ?? (by > 0 ? 0 : text.length));
  const found =
    by > 0 ? marks.find((mark) => mark.start >= here) : marks.findLast((mark) => mark.end <= here);
  return found ?? null;
}

/** Pressing a button must not take the selection out of the text. */
export function keepSelection(event: { preventDefault(): void }): void {
  event.preventDefault();
}
