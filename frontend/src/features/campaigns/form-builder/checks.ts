import type { Aspect, Condition, Criterion, Question } from "@/lib/api/types";
import { comparable, factsOf, testsOf } from "./facts";

/** Sentences by path within one question: "title", "aspects.0.name", "show_if.1.value". */
export type Faults = Record<string, string>;

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const MAX_TITLE = 300;

/** What is wrong with a question, as far as the browser knows; the server is asked as well, and has the last word. */
export function faultsOf(question: Question, index: number, questions: readonly Question[]): Faults {
  const faults: Faults = {};
  const say = (path: string, sentence: string | false | undefined) => {
    if (sentence && !(path in faults)) faults[path] = sentence;
  };
  say("name", nameFault(question.name));
  const same = questions.findIndex((each) => each.name === question.name);
  say("name", same !== index && same >= 0 && same < index && `Question ${same + 1} has this name already.`);
  say("title", titleFault(question.title));
  checkConditions("show_if", question.show_if ?? [], questions, index, say);
  checkConditions("required_if", question.required_if ?? [], questions, index, say);
  checkParts(question, questions, say);
  return faults;
}

type Say = (path: string, sentence: string | false | undefined) => void;

function nameFault(name: string): string | undefined {
  if (NAME.test(name)) return undefined;
  return name === ""
    ? "Give it a name."
    : "Use lower-case letters, digits and underscores, beginning with a letter, at most 40.";
}

function titleFault(title: string): string | undefined {
  if (title.trim() === "") return "Write what is asked.";
  return title.length > MAX_TITLE ? `Keep it to ${MAX_TITLE} characters; it has ${title.length}.` : undefined;
}

function checkParts(question: Question, questions: readonly Question[], say: Say): void {
  switch (question.type) {
    case "pairwise":
    case "ranking":
      say("aspect", question.aspect !== null && question.aspect.length > 60 && "Keep it to 60 characters.");
      if (question.type === "ranking" && question.top_k !== null)
        say(
          "top_k",
          !isWhole(question.top_k, 1, 50) && "Give a whole number from 1 to 50, or leave it empty.",
        );
      return;
    case "ratings":
      checkScale("", question, say);
      checkNamed("aspects", question.aspects, say, (aspect, path) =>
        checkAspect(aspect, path, question, say),
      );
      say(
        "aspects",
        question.aspects.length === 0 &&
          !question.item_rubric &&
          "Add an aspect to rate, or let each item bring its own rubric.",
      );
      return;
    case "spans":
      checkNamed("categories", question.categories, say);
      checkNamed("omissions", question.omissions, say);
      checkNamed("severities", question.severities, say);
      say("categories", question.categories.length === 0 && "Add a category to mark with.");
      say("omissions", sharedName(question.categories, question.omissions));
      return;
    case "rationale":
      checkOptions("reasons", question.reasons, 0, say);
      say("max_chars", !isWhole(question.max_chars, 1, 100_000) && "Give a whole number from 1 to 100,000.");
      say(
        "min_chars",
        !isWhole(question.min_chars, 0, question.max_chars) &&
          "Give a whole number from 0 to the most allowed.",
      );
      return;
    case "edit": {
      const linked = questions.find((each) => each.name === question.marks_into);
      say(
        "marks_into",
        question.marks_into !== null &&
          linked?.type !== "spans" &&
          `There is no spans question named “${question.marks_into}”.`,
      );
      return;
    }
    case "choice":
      checkOptions("options", question.options, 2, say);
      return;
    case "text":
      say("max_chars", !isWhole(question.max_chars, 1, 100_000) && "Give a whole number from 1 to 100,000.");
  }
}

function sharedName(
  one: readonly { name: string }[],
  other: readonly { name: string }[],
): string | undefined {
  const shared = other.find((each) => one.some((first) => first.name === each.name && each.name !== ""));
  return shared && `“${shared.name}” is a category and an omission; give one of them another name.`;
}

function isWhole(value: unknown, low: number, high: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= low && value <= high;
}

function checkScale(path: string, scale: { low?: number; high?: number }, say: Say): void {
  const { low, high } = scale;
  if (low !== undefined) say(`${path}low`, !isWhole(low, 0, 10) && "Give a whole number from 0 to 10.");
  if (high !== undefined) say(`${path}high`, !isWhole(high, 0, 10) && "Give a whole number from 0 to 10.");
  if (low !== undefined && high !== undefined)
    say(`${path}high`, high <= low && "The highest must be above the lowest.");
}

function checkAspect(aspect: Aspect, path: string, scale: { low: number; high: number }, say: Say): void {
  checkAnchors(aspect, path, scale, say);
  checkNamed(`${path}.criteria`, aspect.criteria ?? [], say, (criterion, place) =>
    checkAnchors(criterion, place, { low: aspect.low ?? scale.low, high: aspect.high ?? scale.high }, say),
  );
}

function checkAnchors(of: Criterion, path: string, scale: { low: number; high: number }, say: Say): void {
  checkScale(`${path}.`, of, say);
  const [low, high] = [of.low ?? scale.low, of.high ?? scale.high];
  for (const [number, words] of Object.entries(of.anchors ?? {})) {
    say(
      `${path}.anchors`,
      !isWhole(Number(number), low, high) && `${number} is not on the scale from ${low} to ${high}.`,
    );
    say(`${path}.anchors`, words.trim() === "" && `Say what ${number} stands for, or remove the anchor.`);
  }
}

function checkNamed<T extends { name: string; title: string }>(
  path: string,
  list: readonly T[],
  say: Say,
  more?: (entry: T, path: string) => void,
): void {
  list.forEach((entry, index) => {
    const place = `${path}.${index}`;
    say(`${place}.title`, titleFault(entry.title));
    say(`${place}.name`, nameFault(entry.name));
    const same = list.findIndex((each) => each.name === entry.name);
    say(`${place}.name`, same < index && `Number ${same + 1} of this list has this name already.`);
    more?.(entry, place);
  });
}

function checkOptions(
  path: string,
  list: readonly { value: string; label: string }[],
  least: number,
  say: Say,
): void {
  say(path, list.length < least && `Give at least ${least} options.`);
  list.forEach((option, index) => {
    say(`${path}.${index}.label`, option.label.trim() === "" && "Write what people read.");
    say(`${path}.${index}.value`, option.value.trim() === "" && "Write what is stored.");
    const same = list.findIndex((each) => each.value === option.value);
    say(`${path}.${index}.value`, same < index && `Option ${same + 1} has this value already.`);
  });
}

function checkConditions(
  part: string,
  conditions: readonly Condition[],
  questions: readonly Question[],
  place: number,
  say: Say,
): void {
  conditions.forEach((condition, index) => {
    const at = questions.findIndex((each) => each.name === condition.question);
    const late =
      at >= place &&
      `“${questions[at]?.title}” is not asked before this question. Move it up, or choose another.`;
    say(`${part}.${index}`, late || conditionFault(condition, questions.slice(0, place)));
  });
}

function conditionFault(condition: Condition, earlier: readonly Question[]): string | undefined {
  const question = earlier.find((each) => each.name === condition.question);
  if (!question) return `There is no question named “${condition.question}” any more.`;
  const fact = factsOf(question).find((each) => each.fact === condition.fact);
  if (!fact) return `“${question.title}” has no “${condition.fact}” to look at.`;
  const others = comparable(condition, earlier);
  if (!testsOf(fact, others.length).includes(condition.test))
    return "This test does not fit what it looks at.";
  if (condition.test === "differs_from")
    return others.some((each) => each.name === condition.value)
      ? undefined
      : "Choose the question to compare with.";
  if (fact.kind === "number")
    return Number.isFinite(condition.value) ? undefined : "Give a number to compare with.";
  if (fact.kind === "bool") return undefined;
  const values = Array.isArray(condition.value) ? condition.value : [String(condition.value)];
  if (values.length === 0 || values[0] === "") return "Tick at least one value.";
  const unknown = values.find((value) => !fact.values?.some((each) => each.value === value));
  return unknown === undefined ? undefined : `“${unknown}” is not one of its values any more.`;
}

/** The server's `{"questions.0.steps": […]}` as faults of each question. Faults of the whole form are under −1. */
export function serverFaults(fields: Record<string, string>): Map<number, Faults> {
  const byQuestion = new Map<number, Faults>();
  for (const [path, sentence] of Object.entries(fields)) {
    const match = /^questions\.(\d+)(?:\.(.+))?$/.exec(path);
    const index = match ? Number(match[1]) : -1;
    byQuestion.set(index, { ...byQuestion.get(index), [match ? (match[2] ?? "") : path]: sentence });
  }
  return byQuestion;
}

/** Faults below one part: `within(faults, "aspects.0")` has "name" for "aspects.0.name" and "" for "aspects.0". */
export function within(faults: Faults, part: string): Faults {
  return Object.fromEntries(
    Object.entries(faults).flatMap(([path, sentence]) => {
      if (path === part) return [["", sentence]];
      return path.startsWith(`${part}.`) ? [[path.slice(part.length + 1), sentence]] : [];
    }),
  );
}

/** Sentences that stand at none of the fields shown, so that none is ever lost. */
export function elsewhere(faults: Faults, shown: readonly string[]): string[] {
  return Object.entries(faults)
    .filter(
      ([path]) =>
        !shown.some((each) => path === each || (each.endsWith(".*") && path.startsWith(each.slice(0, -1)))),
    )
    .map(([, sentence]) => sentence);
}
