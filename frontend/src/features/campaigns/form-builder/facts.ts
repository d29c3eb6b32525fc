import type { Condition, Question } from "@/lib/api/types";

/** What a condition may ask about an earlier answer, and with which words it can be compared. */
export interface Fact {
  fact: string;
  kind: "bool" | "number" | "word" | "words";
  label: string;
  /** For words: every value there is. Null where they are only known with the item (response ids). */
  values: { value: string; label: string }[] | null;
  low?: number;
  high?: number;
}

const answered: Fact = { fact: "answered", kind: "bool", label: "answered", values: null };

const number = (fact: string, label: string, low = 0, high?: number): Fact => ({
  fact,
  kind: "number",
  label,
  values: null,
  low,
  ...(high !== undefined && { high }),
});

const named = (list: readonly { name: string; title: string }[]) =>
  list.map(({ name, title }) => ({ value: name, label: title || name }));

/** The facts of a question as it is defined now; mirrors `FACTS` of the server's question types. */
export function factsOf(question: Question): Fact[] {
  return [answered, ...ownFacts(question)];
}

function ownFacts(question: Question): Fact[] {
  switch (question.type) {
    case "pairwise": {
      const outcomes = [
        { value: "preference", label: "One is better" },
        ...(question.tie ? [{ value: "tie", label: "About the same" }] : []),
        ...(question.both_bad ? [{ value: "both_bad", label: "Both bad" }] : []),
      ];
      return [
        { fact: "outcome", kind: "word", label: "verdict", values: outcomes },
        number("strength", "strength", 0, (question.steps - 1) / 2),
        { fact: "better", kind: "word", label: "better response", values: null },
      ];
    }
    case "ranking": {
      const outcomes = [
        { value: "ranked", label: "Ranked" },
        ...(question.not_rankable ? [{ value: "not_rankable", label: "Not rankable" }] : []),
      ];
      return [
        { fact: "outcome", kind: "word", label: "outcome", values: outcomes },
        number("ranked", "number of ranked responses"),
      ];
    }
    case "ratings":
      return [
        number("lowest", "lowest rating", question.low, question.high),
        number("highest", "highest rating", question.low, question.high),
      ];
    case "spans":
      return [
        number("marks", "number of marks"),
        number("omissions", "number of omissions"),
        {
          fact: "categories",
          kind: "words",
          label: "categories",
          values: named([...question.categories, ...question.omissions]),
        },
      ];
    case "rationale":
      return [
        number("characters", "length in characters"),
        { fact: "reasons", kind: "words", label: "reasons", values: question.reasons },
      ];
    case "edit":
      return [number("edits", "number of edits"), number("characters", "characters changed")];
    case "thumbs":
      return [number("up", "thumbs up"), number("down", "thumbs down")];
    case "steps":
      return [number("bad", "number of bad steps"), number("first_errors", "number of first errors")];
    case "choice":
      return [{ fact: "chosen", kind: "words", label: "choice", values: question.options }];
    case "text":
      return [number("characters", "length in characters")];
  }
}

export const TEST_WORDS: Record<Condition["test"], string> = {
  is: "is",
  is_not: "is not",
  at_least: "is at least",
  at_most: "is at most",
  includes: "includes",
  differs_from: "differs from",
};

/** Questions before `before` with the same fact, which `differs_from` can compare with. */
export function comparable(condition: Condition, earlier: readonly Question[]): Question[] {
  const type = earlier.find((each) => each.name === condition.question)?.type;
  return earlier.filter((each) => each.name !== condition.question && each.type === type);
}

/** The tests that mean something for a fact, given the questions before. */
export function testsOf(fact: Fact, others: number): Condition["test"][] {
  const differs: Condition["test"][] = others > 0 ? ["differs_from"] : [];
  if (fact.kind === "bool") return ["is"];
  if (fact.kind === "number") return ["at_least", "at_most", "is"];
  if (fact.kind === "words") return ["includes"];
  return fact.values === null ? differs : ["is", "is_not", ...differs];
}

/** The facts of a question that a condition can use now; "better response" needs a second pairwise question. */
export function usableFacts(question: Question, earlier: readonly Question[]): Fact[] {
  const others = comparable({ question: question.name, fact: "", test: "is", value: "" }, earlier).length;
  return factsOf(question).filter((fact) => testsOf(fact, others).length > 0);
}

/** A first value that fits, so that a new or changed condition is never nonsense. */
export function firstValue(
  fact: Fact,
  test: Condition["test"],
  others: readonly Question[],
): Condition["value"] {
  if (fact.kind === "bool") return true;
  if (fact.kind === "number")
    return test === "at_most" ? (fact.low ?? 0) : (fact.high ?? Math.max(1, fact.low ?? 0));
  if (test === "differs_from") return others[0]?.name ?? "";
  return fact.values?.[0] ? [fact.values[0].value] : [];
}

/** A condition on the question just before, to be changed from there. */
export function freshCondition(earlier: readonly Question[]): Condition | null {
  const last = earlier.at(-1);
  if (!last) return null;
  const fact = usableFacts(last, earlier).at(1) ?? answered;
  const others = comparable({ question: last.name, fact: fact.fact, test: "is", value: "" }, earlier);
  const test = testsOf(fact, others.length)[0] ?? "is";
  return { question: last.name, fact: fact.fact, test, value: firstValue(fact, test, others) };
}

/** "“Which is better?” verdict is Both bad". */
export function conditionText(condition: Condition, questions: readonly Question[]): string {
  const titleOf = (name: string) => `“${questions.find((each) => each.name === name)?.title || name}”`;
  const question = questions.find((each) => each.name === condition.question);
  const fact = question && factsOf(question).find((each) => each.fact === condition.fact);
  const subject = titleOf(condition.question);
  if (condition.fact === "answered") return `${subject} is ${condition.value ? "answered" : "not answered"}`;
  const words = (value: string) => fact?.values?.find((each) => each.value === value)?.label ?? value;
  const value =
    condition.test === "differs_from"
      ? titleOf(String(condition.value))
      : (Array.isArray(condition.value) ? condition.value : [String(condition.value)])
          .map(words)
          .join(" or ");
  return `${subject} ${fact?.label ?? condition.fact} ${TEST_WORDS[condition.test] ?? condition.test} ${value}`;
}
