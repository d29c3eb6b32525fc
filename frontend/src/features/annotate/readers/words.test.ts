import { describe, expect, it } from "vitest";
import type {
  Answer,
  PairwiseQuestion,
  Question,
  QuestionType,
  RatingsQuestion,
  SpansQuestion,
} from "../questions/types";
import { questionFor } from "./question-for";
import { namesInRecord, namesShown, summaryOf } from "./words";

const shown = namesShown(["b", "a", "c"]);
const of = (type: QuestionType, answer: unknown, question?: Partial<Question>) =>
  summaryOf(
    { ...questionFor(type, "q", [answer as Answer]), ...question } as Question,
    answer as Answer,
    shown,
  );

describe("names of texts", () => {
  it("follow the order shown, or the record's", () => {
    expect(["a", "turn:2", "item", "z".repeat(20)].map(shown)).toEqual([
      "Second",
      "Turn 3",
      "The item",
      "A response that is not here (zzzzzzzz)",
    ]);
    expect(namesInRecord(["a", "b"])("b")).toBe("Response 2");
  });
});

describe("answers in one line", () => {
  const steps = (count: 3 | 5 | 7) => ({ steps: count }) as Partial<PairwiseQuestion>;
  it.each<[string, QuestionType, unknown, Partial<Question> | undefined, string]>([
    ["a strong preference", "pairwise", { better: "a", strength: 3 }, steps(7), "Second much better"],
    ["a middle one", "pairwise", { better: "b", strength: 2 }, steps(7), "First better"],
    ["a preference without degrees", "pairwise", { better: "b", strength: 1 }, steps(3), "First better"],
    ["a tie", "pairwise", { outcome: "tie" }, undefined, "About the same"],
    ["both bad", "pairwise", { outcome: "both_bad" }, undefined, "Both bad"],
    ["an order with a tie", "ranking", { ranks: { a: 1, c: 2, b: 2 } }, undefined, "Second > Third = First"],
    ["no order", "ranking", { outcome: "not_rankable" }, undefined, "Not rankable"],
    [
      "ratings",
      "ratings",
      { a: { x: 2, y: 5 }, b: { x: "na" } },
      undefined,
      "First not applicable, Second mean 3.5",
    ],
    [
      "marks",
      "spans",
      {
        sha256: {},
        marks: [{ category: "wrong", severity: null }],
        omissions: [{ category: "x" }, { category: "y" }],
        no_error: ["a"],
      },
      undefined,
      "1 mark, 2 omissions, no errors in 1 text",
    ],
    [
      "a rationale",
      "rationale",
      { text: "Because.", reasons: ["not_safe"], links: [] },
      undefined,
      "Not safe · “Because.”",
    ],
    [
      "an edit",
      "edit",
      { edits: [{ response: "a", text: "t", characters: 1 }] },
      undefined,
      "Second edited by 1 character",
    ],
    ["thumbs", "thumbs", { a: "up", b: "down" }, undefined, "First down, Second up"],
    ["a thumb for the item", "thumbs", { item: "up" }, undefined, "Thumb up"],
    [
      "steps",
      "steps",
      { a: { labels: ["good", "bad"], first_error: 1 }, b: { labels: ["good"], first_error: "none" } },
      undefined,
      "First 1 step, none bad; Second 1 bad step of 2, first error in step 2",
    ],
    ["choices", "choice", ["too_long", "off"], undefined, "Too long, Off"],
    ["a choice per text", "choice", { a: "yes" }, undefined, "Second Yes"],
    ["a text", "text", "Fine.", undefined, "“Fine.”"],
    ["texts", "text", { a: "One.", b: "Two." }, undefined, "First “Two.” Second “One.”"],
  ])("say %s", (_what, type, answer, question, words) => {
    expect(of(type, answer, question)).toBe(words);
  });
});

describe("a definition made from answers", () => {
  it("has the categories that were used, in the order of the alphabet", () => {
    const marks = [
      { category: "wrong", severity: "major" },
      { category: "off_topic", severity: null },
    ];
    const question = questionFor("spans", "errors", [
      { sha256: {}, marks, omissions: [], no_error: [] } as unknown as Answer,
    ]) as SpansQuestion;
    expect(question.categories.map((each) => each.title)).toEqual(["Off topic", "Wrong"]);
    expect(question.severities.map((each) => each.name)).toEqual(["major"]);
    expect(question.title).toBe("Errors");
  });

  it("has aspects with criteria where cells have two levels, and a scale that holds every rating", () => {
    const question = questionFor("ratings", "r", [
      { a: { style: 9, "facts/true": 2, "facts/full": "na" } },
    ]) as RatingsQuestion;
    expect(question.aspects.map((each) => [each.name, each.criteria?.map((one) => one.name)])).toEqual([
      ["style", []],
      ["facts", ["true", "full"]],
    ]);
    expect([question.low, question.high, question.per]).toEqual([0, 9, "response"]);
  });
});
