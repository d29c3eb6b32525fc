import type { Condition, Question, QuestionType } from "@/lib/api/types";
import { freshQuestion, withDefaults } from "./catalogue";

/** A question with an identity of its own: names change while they are typed, places change by dragging. */
export interface Entry {
  key: string;
  question: Question;
  /** The name still follows the title. */
  autoName: boolean;
}

export interface Draft {
  entries: Entry[];
  /** The one whose editor is open. */
  open: string | null;
  /** What was there before each deletion or replacement, newest last. */
  undo: { label: string; entries: Entry[] }[];
}

export type Change =
  | { kind: "add"; type: QuestionType }
  | { kind: "edit"; key: string; question: Question; autoName?: boolean }
  | { kind: "duplicate"; key: string }
  | { kind: "remove"; key: string }
  | { kind: "move"; key: string; to: number }
  | { kind: "open"; key: string | null }
  /** Without a label nothing is lost that could be wanted back. */
  | { kind: "replace"; questions: Question[]; label?: string }
  | { kind: "undo" };

let lastKey = 0;
const newKey = () => `q${++lastKey}`;

export function draftOf(questions: readonly Question[]): Draft {
  return { entries: entriesOf(questions), open: null, undo: [] };
}

function entriesOf(questions: readonly Question[]): Entry[] {
  return questions.map((each) => ({ key: newKey(), question: withDefaults(each), autoName: false }));
}

export function questionsOf(draft: Draft): Question[] {
  return draft.entries.map((entry) => entry.question);
}

export function changeDraft(draft: Draft, change: Change): Draft {
  const { entries } = draft;
  const index = "key" in change ? entries.findIndex((entry) => entry.key === change.key) : -1;
  const entry = entries[index];
  switch (change.kind) {
    case "add": {
      const question = freshQuestion(change.type, freeName(change.type, entries));
      const added = { key: newKey(), question, autoName: true };
      return { ...draft, entries: [...entries, named(added, [...entries, added])], open: added.key };
    }
    case "edit":
      return entry ? { ...draft, entries: edited(entries, entry, change) } : draft;
    case "duplicate": {
      if (!entry) return draft;
      const copy = {
        key: newKey(),
        question: { ...entry.question, name: freeName(entry.question.name, entries) },
        autoName: false,
      };
      return { ...draft, entries: entries.toSpliced(index + 1, 0, copy), open: copy.key };
    }
    case "remove":
      if (!entry) return draft;
      return {
        entries: entries.toSpliced(index, 1),
        open: draft.open === entry.key ? null : draft.open,
        undo: [...draft.undo, { label: `“${entry.question.title}” was deleted.`, entries }],
      };
    case "move": {
      if (!entry || change.to < 0 || change.to >= entries.length || change.to === index) return draft;
      return { ...draft, entries: entries.toSpliced(index, 1).toSpliced(change.to, 0, entry) };
    }
    case "open":
      return { ...draft, open: change.key };
    case "replace":
      return {
        entries: entriesOf(change.questions),
        open: null,
        undo:
          change.label && entries.length > 0 ? [...draft.undo, { label: change.label, entries }] : draft.undo,
      };
    case "undo": {
      const last = draft.undo.at(-1);
      return last ? { ...draft, entries: last.entries, undo: draft.undo.slice(0, -1) } : draft;
    }
  }
}

function edited(entries: Entry[], entry: Entry, change: Extract<Change, { kind: "edit" }>): Entry[] {
  const typed = change.question.name !== entry.question.name;
  let next: Entry = {
    ...entry,
    question: change.question,
    autoName: change.autoName ?? (entry.autoName && !typed),
  };
  if (next.autoName) next = named(next, entries);
  const [before, after] = [entry.question.name, next.question.name];
  return entries.map((each) => {
    if (each.key === entry.key) return next;
    return before === after || isTaken(before, entry.key, entries)
      ? each
      : { ...each, question: renamed(each.question, before, after) };
  });
}

function isTaken(name: string, except: string, entries: readonly Entry[]): boolean {
  return entries.some((each) => each.key !== except && each.question.name === name);
}

/** The entry with a name made from its title. */
function named(entry: Entry, entries: readonly Entry[]): Entry {
  const others = entries.filter((each) => each.key !== entry.key);
  const name = freeName(nameFrom(entry.question.title) || entry.question.type, others);
  return { ...entry, question: { ...entry.question, name } };
}

/** Conditions and links to a renamed question follow it. */
function renamed(question: Question, before: string, after: string): Question {
  const follow = (conditions: Condition[] | undefined) =>
    (conditions ?? []).map((each) => ({
      ...each,
      question: each.question === before ? after : each.question,
      value: each.test === "differs_from" && each.value === before ? after : each.value,
    }));
  const mentions = [...(question.show_if ?? []), ...(question.required_if ?? [])].some(
    (each) => each.question === before || (each.test === "differs_from" && each.value === before),
  );
  const linked = question.type === "edit" && question.marks_into === before;
  if (!mentions && !linked) return question;
  const next = { ...question, show_if: follow(question.show_if), required_if: follow(question.required_if) };
  return linked && next.type === "edit" ? { ...next, marks_into: after } : next;
}

/** "Which is better?" → "which_is_better"; "" when nothing of it can stand in a name. */
export function nameFrom(title: string): string {
  const name = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return name.length <= 30 ? name : name.slice(0, 30).replace(/_[^_]*$/, "");
}

function freeName(wanted: string, entries: readonly Entry[]): string {
  return freeNameAmong(
    wanted,
    entries.map((entry) => entry.question.name),
  );
}

/** `wanted`, or the first of `wanted_2`, `wanted_3`, … that nobody has. */
export function freeNameAmong(wanted: string, names: readonly string[]): string {
  const taken = new Set(names);
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/_\d+$/, "").slice(0, 36);
  for (let number = 2; ; number += 1) {
    const name = `${stem}_${number}`;
    if (!taken.has(name)) return name;
  }
}
