import { toCodePoint } from "../offsets";
import { textOf } from "../targets";
import type { Category, Target } from "../types";
import * as change from "./answer";
import { type Context, collapseAfter, store } from "./context";
import { snap, wordAt } from "./snap";

/** Pointing to evidence, and saying what is missing. */

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

/** Asks what is missing, even where there is one kind only: the same keys do the same in every form. */
export function startOmission({ question, store: ui, target }: Context): void {
  if (question.omissions.length > 0)
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
