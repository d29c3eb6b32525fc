import { describe, expect, it } from "vitest";
import type { Item } from "@/lib/api/types";
import { textHash } from "../text-hash";
import type { SpansAnswer, SpansQuestion } from "../types";
import * as answers from "./answer";

const QUESTION: SpansQuestion = {
  name: "errors",
  type: "spans",
  title: "Errors",
  required: true,
  categories: [
    { name: "wrong", title: "Wrong", density: "sentence", evidence: "passage", evidence_required: true },
    {
      name: "again",
      title: "Again",
      density: "sub_sentence",
      evidence: "earlier_span",
      evidence_required: false,
    },
    { name: "odd", title: "Odd", density: "sub_sentence", evidence: "none", evidence_required: false },
  ],
  omissions: [{ name: "missing", title: "Missing", evidence: "passage" }],
  severities: [],
  notes: true,
  boundaries: "word",
  prompt_turns: false,
};
const TEXT = "👍 one two three";
const item: Item = {
  id: 1,
  position: 0,
  prompt: [
    { role: "user", content: "q" },
    { role: "assistant", content: "turn" },
    { role: "user", content: "q2" },
  ],
  context: null,
  responses: [
    { response_id: "a", content: TEXT },
    { response_id: "b", content: "four five" },
  ],
};

function marked(part: string, category: string, before: SpansAnswer = answers.EMPTY): SpansAnswer {
  const start = TEXT.indexOf(part);
  return answers.addMark(before, "a", TEXT, { start, end: start + part.length }, category).answer;
}

describe("marks", () => {
  it("are kept in code points with what they quote", () => {
    const [mark] = marked("one", "odd").marks;
    expect(mark).toMatchObject({ target: "a", start: 2, end: 5, quote: "one", severity: null, note: "" });
    expect([...TEXT].slice(mark?.start, mark?.end).join("")).toBe("one");
    expect(mark && answers.offsetsOf(TEXT, mark)).toEqual({ start: 3, end: 6 });
  });

  it("take the place of those they replace, and of “no errors found”", () => {
    const clean = answers.toggleNoError(answers.EMPTY, "a") ?? answers.EMPTY;
    const first = marked("one two", "odd", clean);
    expect(first.no_error).toEqual([]);
    const place = { start: TEXT.indexOf("two"), end: TEXT.length };
    const over = answers.overlapping(first, "a", TEXT, place);
    expect(over.map((mark) => mark.quote)).toEqual(["one two"]);
    const second = answers.addMark(first, "a", TEXT, place, "wrong", over);
    expect(second.answer.marks.map((mark) => mark.quote)).toEqual(["two three"]);
  });

  it("that only touch do not overlap", () => {
    const first = marked("one", "odd");
    const start = TEXT.indexOf(" two");
    expect(answers.overlapping(first, "a", TEXT, { start, end: start + 4 })).toEqual([]);
  });

  it("lose evidence that their new category does not take", () => {
    const [mark] = marked("three", "again").marks;
    const id = answers.markId(mark ?? { target: "", start: 0 });
    const earlier = { kind: "earlier_span" as const, start: 2, end: 5, quote: "one" };
    const given = answers.changeMark(marked("three", "again"), id, { evidence: earlier });
    expect(answers.recategorise(QUESTION, given, id, "again").marks[0]?.evidence).toEqual(earlier);
    expect(answers.recategorise(QUESTION, given, id, "odd").marks[0]?.evidence).toBeNull();
  });
});

describe("“no errors found”", () => {
  it("goes on and off, but not where something is marked", () => {
    const on = answers.toggleNoError(answers.EMPTY, "b");
    expect(on?.no_error).toEqual(["b"]);
    expect(on && answers.toggleNoError(on, "b")?.no_error).toEqual([]);
    expect(answers.toggleNoError(marked("one", "odd"), "a")).toBeNull();
    const omitted = answers.addOmission(answers.EMPTY, "b", "missing").answer;
    expect(answers.toggleNoError(omitted, "b")).toBeNull();
  });
});

describe("an answer", () => {
  it("is complete when something is said of every text and all evidence is given", () => {
    expect(answers.isComplete(QUESTION, answers.EMPTY, item)).toBe(false);
    const half = marked("one", "odd");
    expect(answers.openTargets(QUESTION, half, item)).toEqual(["b"]);
    expect(answers.isComplete(QUESTION, half, item)).toBe(false);
    expect(answers.isComplete({ ...QUESTION, required: false }, half, item)).toBe(true);
    const whole = answers.toggleNoError(half, "b") ?? half;
    expect(answers.isComplete(QUESTION, whole, item)).toBe(true);
    const strict = answers.toggleNoError(marked("one", "wrong"), "b") ?? half;
    expect(answers.lackingEvidence(QUESTION, strict)).toHaveLength(1);
    expect(answers.isComplete(QUESTION, strict, item)).toBe(false);
  });

  it("is about the turns before, too, where the question says so", () => {
    expect(answers.targetsOf({ ...QUESTION, prompt_turns: true }, item)).toEqual(["turn:1", "a", "b"]);
  });

  it("is sent with the hashes of the texts it says something wrong about", () => {
    const sent = answers.withHashes(answers.toggleNoError(marked("one", "odd"), "b") ?? answers.EMPTY, item);
    expect(sent.sha256).toEqual({ a: textHash(TEXT) });
  });

  it("has facts", () => {
    const given = answers.addOmission(marked("one", "odd", marked("two", "odd")), "b", "missing").answer;
    expect(answers.factsOf(given)).toEqual({ marks: 2, omissions: 1, categories: ["missing", "odd"] });
  });
});

describe("sentences of a passage", () => {
  it("are chosen one by one, of one passage at a time", () => {
    const one = answers.toggleSentence(null, 0, 2);
    const two = answers.toggleSentence(one, 0, 0);
    expect(two).toEqual({ kind: "passage", passage: 0, sentences: [0, 2] });
    expect(answers.toggleSentence(two, 1, 1)).toEqual({ kind: "passage", passage: 1, sentences: [1] });
    expect(answers.toggleSentence(one, 0, 2)).toBeNull();
  });
});
