import type { Offsets } from "@/components/source-text";
import { toCodePoint } from "../offsets";
import { targetName, textOf } from "../targets";
import type { Category, Mark, Target } from "../types";
import * as change from "./answer";
import { type Context, collapseAfter, store } from "./context";
import { passageMode } from "./evidence";
import { oneLine, titleOf } from "./labels";
import { sentenceAt, snap, wordAt } from "./snap";
import type { Mode } from "./ui-store";

/** Everything a person can do in a spans question, by key or by pointer, with what is said when it cannot be done. */

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
        { quote: oneLine(stronger.quote, 40), category: titleOf(question, stronger.category) },
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
          quote: oneLine(covered[0].quote, 40),
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
  const mode = modeAfter({ ...context, answer: made.answer }, made.id, category);
  ui.set({ active: made.id, confirm: null, message: null, mode });
  collapseAfter(context, found.end);
}

/** A mark that needs evidence asks for it at once; selecting other words goes on without. */
function modeAfter(context: Context, id: string, category: Category): Mode {
  if (!category.evidence_required) return { kind: "mark" };
  if (category.evidence === "earlier_span") return { kind: "earlier", mark: id };
  const passages = context.item.materials?.passages?.length ?? 0;
  return category.evidence === "passage" && passages > 0 ? passageMode(context, id) : { kind: "mark" };
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
