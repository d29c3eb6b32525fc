import { describe, expect, it } from "vitest";
import type { Condition, PairwiseQuestion, Question, QuestionType, SpansQuestion } from "@/lib/api/types";
import { freshQuestion, TYPES, withDefaults } from "./catalogue";
import { elsewhere, faultsOf, serverFaults, within } from "./checks";
import { changeDraft, type Draft, draftOf, freeNameAmong, nameFrom, questionsOf } from "./draft";
import { conditionText, factsOf, firstValue, freshCondition, testsOf, usableFacts } from "./facts";
import { parseForm } from "./parse-form";
import { bestSample, SAMPLES, sampleItem } from "./sample";

const pairwise = (name = "better") => freshQuestion("pairwise", name) as PairwiseQuestion;
const why = (show_if: Condition[]): Question => ({ ...freshQuestion("text", "why"), show_if });
const strong: Condition = { question: "better", fact: "strength", test: "at_least", value: 3 };

describe("fresh questions", () => {
  it.each(TYPES.map(({ type }) => type))("of the type %s have nothing to correct", (type) => {
    const question = freshQuestion(type, "q");
    expect(faultsOf(question, 0, [question])).toEqual({});
    expect(withDefaults(question)).toEqual(question);
  });

  it("fill in what a definition leaves out", () => {
    const bare = {
      name: "errors",
      type: "spans",
      categories: [{ name: "wrong" }],
    } as unknown as SpansQuestion;
    const filled = withDefaults(bare) as SpansQuestion;
    expect(filled.title).toBe("errors");
    expect(filled.categories).toEqual([
      {
        name: "wrong",
        title: "wrong",
        description: "",
        density: "sub_sentence",
        evidence: "none",
        evidence_required: false,
      },
    ]);
    expect(filled.boundaries).toBe("word");
  });
});

describe("the draft", () => {
  const keys = (draft: Draft) => draft.entries.map((entry) => entry.key);
  const names = (draft: Draft) => questionsOf(draft).map((each) => each.name);
  const add = (draft: Draft, type: QuestionType) => changeDraft(draft, { kind: "add", type });

  it("opens what is added, under a name of its own made from its title", () => {
    const one = add(draftOf([]), "pairwise");
    const two = add(one, "pairwise");
    expect(names(two)).toEqual(["which_is_better", "which_is_better_2"]);
    expect(two.open).toBe(two.entries[1]?.key);
  });

  it("lets the name follow the title until somebody types one", () => {
    let draft = add(draftOf([]), "text");
    const key = keys(draft)[0] as string;
    const question = () => questionsOf(draft)[0] as Question;
    draft = changeDraft(draft, { kind: "edit", key, question: { ...question(), title: "Was ist größer?" } });
    expect(question().name).toBe("was_ist_gro_er");
    draft = changeDraft(draft, { kind: "edit", key, question: { ...question(), name: "mine" } });
    draft = changeDraft(draft, { kind: "edit", key, question: { ...question(), title: "Other" } });
    expect(question().name).toBe("mine");
  });

  it("carries a new name into every condition and link to it", () => {
    let draft = draftOf([
      pairwise("a"),
      pairwise("b"),
      why([
        { question: "a", fact: "answered", test: "is", value: true },
        { question: "b", fact: "better", test: "differs_from", value: "a" },
      ]),
    ]);
    const first = draft.entries[0];
    if (!first) throw new Error("empty");
    draft = changeDraft(draft, {
      kind: "edit",
      key: first.key,
      question: { ...first.question, name: "overall" },
    });
    expect(questionsOf(draft)[2]?.show_if).toEqual([
      { question: "overall", fact: "answered", test: "is", value: true },
      { question: "b", fact: "better", test: "differs_from", value: "overall" },
    ]);
  });

  it("carries a new name into edits that offer marks", () => {
    let draft = draftOf([
      { ...freshQuestion("edit", "fix"), marks_into: "errors" } as Question,
      freshQuestion("spans", "errors"),
    ]);
    const spans = draft.entries[1];
    if (!spans) throw new Error("empty");
    draft = changeDraft(draft, {
      kind: "edit",
      key: spans.key,
      question: { ...spans.question, name: "marks" },
    });
    expect(questionsOf(draft)[0]).toMatchObject({ marks_into: "marks" });
  });

  it("moves, duplicates beside the original, deletes, and takes a deletion back", () => {
    const before = draftOf([pairwise("a"), pairwise("b"), pairwise("c")]);
    const [a, b] = keys(before) as [string, string];
    expect(names(changeDraft(before, { kind: "move", key: a, to: 2 }))).toEqual(["b", "c", "a"]);
    expect(changeDraft(before, { kind: "move", key: a, to: -1 })).toBe(before);
    expect(names(changeDraft(before, { kind: "duplicate", key: a }))).toEqual(["a", "a_2", "b", "c"]);
    const removed = changeDraft(before, { kind: "remove", key: b });
    expect(names(removed)).toEqual(["a", "c"]);
    const back = changeDraft(removed, { kind: "undo" });
    expect(names(back)).toEqual(["a", "b", "c"]);
    expect(back.undo).toEqual([]);
  });

  it("takes back a template that replaced other questions", () => {
    const replaced = changeDraft(draftOf([pairwise("a")]), {
      kind: "replace",
      questions: [pairwise("b"), pairwise("c")],
      label: "Replaced",
    });
    expect(names(replaced)).toEqual(["b", "c"]);
    expect(names(changeDraft(replaced, { kind: "undo" }))).toEqual(["a"]);
  });

  it("makes names the server takes", () => {
    expect(nameFrom("1. Qualité générale!")).toBe("qualite_generale");
    expect(nameFrom("？")).toBe("");
    expect(nameFrom("x".repeat(80)).length).toBeLessThanOrEqual(30);
    expect(freeNameAmong("a_2", ["a_2", "a_3"])).toBe("a_4");
  });
});

describe("conditions", () => {
  const earlier = [pairwise(), freshQuestion("spans", "errors")];

  it("offer only facts, tests and values that exist", () => {
    const verdict = factsOf({ ...pairwise(), both_bad: false }).find((fact) => fact.fact === "outcome");
    expect(verdict?.values?.map((each) => each.value)).toEqual(["preference", "tie"]);
    expect(usableFacts(pairwise(), earlier).map((fact) => fact.fact)).toEqual([
      "answered",
      "outcome",
      "strength",
    ]);
    const two = [pairwise(), pairwise("honest")];
    expect(usableFacts(pairwise(), two).map((fact) => fact.fact)).toContain("better");
    const strength = factsOf(pairwise()).find((fact) => fact.fact === "strength");
    expect(strength && testsOf(strength, 0)).toEqual(["at_least", "at_most", "is"]);
    expect(strength && firstValue(strength, "at_least", [])).toBe(3);
  });

  it("begin with one that holds together", () => {
    const condition = freshCondition(earlier);
    expect(condition).toEqual({ question: "errors", fact: "marks", test: "at_least", value: 1 });
    expect(freshCondition([])).toBeNull();
    const question = why(condition ? [condition] : []);
    expect(faultsOf(question, 2, [...earlier, question])).toEqual({});
  });

  it("read as sentences", () => {
    expect(conditionText(strong, earlier)).toBe("“Which is better?” strength is at least 3");
    const outcome: Condition = {
      question: "better",
      fact: "outcome",
      test: "is",
      value: ["tie", "both_bad"],
    };
    expect(conditionText(outcome, earlier)).toBe("“Which is better?” verdict is About the same or Both bad");
    const open: Condition = { question: "gone", fact: "answered", test: "is", value: false };
    expect(conditionText(open, earlier)).toBe("“gone” is not answered");
  });
});

describe("checks", () => {
  it("refuse a condition on a question that does not come before", () => {
    const questions = [why([strong]), pairwise()];
    expect(faultsOf(questions[0] as Question, 0, questions)).toEqual({
      "show_if.0": "“Which is better?” is not asked before this question. Move it up, or choose another.",
    });
  });

  it("refuse a condition on a question that was deleted", () => {
    const questions = [why([strong])];
    expect(faultsOf(questions[0] as Question, 0, questions)).toEqual({
      "show_if.0": "There is no question named “better” any more.",
    });
  });

  it("refuse values that are gone", () => {
    const condition: Condition = { question: "better", fact: "outcome", test: "is", value: ["tie"] };
    const questions = [{ ...pairwise(), tie: false }, why([condition])];
    expect(faultsOf(questions[1] as Question, 1, questions)["show_if.0"]).toBe(
      "“tie” is not one of its values any more.",
    );
  });

  it("name the second of two equal names, and the place of each fault", () => {
    const questions = [pairwise("a"), pairwise("a")];
    expect(faultsOf(questions[0] as Question, 0, questions)).toEqual({});
    expect(faultsOf(questions[1] as Question, 1, questions)).toEqual({
      name: "Question 1 has this name already.",
    });
    const ratings = {
      ...freshQuestion("ratings", "r"),
      low: 5,
      aspects: [
        {
          name: "A",
          title: "",
          anchors: { "9": "x" },
          criteria: [
            { name: "c", title: "C" },
            { name: "c", title: "C" },
          ],
        },
      ],
    } as Question;
    expect(Object.keys(faultsOf(ratings, 0, [ratings])).sort()).toEqual([
      "aspects.0.anchors",
      "aspects.0.criteria.1.name",
      "aspects.0.name",
      "aspects.0.title",
      "high",
    ]);
  });

  it("bring the server's sentences to their questions and fields", () => {
    const faults = serverFaults({
      "questions.1.aspects.0.name": "Bad.",
      "questions.0.steps": "Odd.",
      questions: "Too many.",
    });
    expect(faults.get(0)).toEqual({ steps: "Odd." });
    expect(faults.get(-1)).toEqual({ questions: "Too many." });
    expect(within(faults.get(1) ?? {}, "aspects.0")).toEqual({ name: "Bad." });
    expect(elsewhere({ colour: "Not a part.", "aspects.0.name": "Bad." }, ["aspects.*"])).toEqual([
      "Not a part.",
    ]);
  });
});

describe("forms as JSON", () => {
  it("are a list, or an object with one", () => {
    const list = [{ name: "a", type: "text" }];
    expect(parseForm(JSON.stringify(list)).questions).toEqual(list);
    expect(parseForm(JSON.stringify({ questions: list })).questions).toEqual(list);
  });

  it.each([
    ["", "Paste a list of questions."],
    ["[]", "The list is empty; a form asks at least one question."],
    ["7", "Give a list of questions, or an object with “questions”."],
    ['[{"type":"text"},{"name":"b"}]', "Entry 2 of the list is no question: it has no “type”."],
    ['[{"type":"text"},\n{"type" "text"}]', "This is no JSON at line 2."],
  ])("are refused with a sentence: %s", (text, fault) => {
    expect(parseForm(text)).toEqual({ questions: null, fault });
  });
});

describe("samples", () => {
  it("fit what is asked", () => {
    const of = (...types: QuestionType[]) => bestSample(types.map((type) => freshQuestion(type, type)));
    expect(of("pairwise", "text")).toBe("pair");
    expect(of("ranking")).toBe("several");
    expect(of("thumbs")).toBe("single");
    expect(of("steps")).toBe("reasoning");
    expect(bestSample([{ ...freshQuestion("choice", "c"), per: "turn" } as Question])).toBe("chat");
    expect(bestSample([pairwise()], "mm_image_pairs")).toBe("images");
  });

  it.each(SAMPLES.map(({ kind }) => kind))("have different responses: %s", (kind) => {
    const ids = sampleItem(kind).responses.map((each) => each.response_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(0);
  });
});
