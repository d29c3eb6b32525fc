import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item } from "@/lib/api/types";
import type { EditQuestion } from "../types";
import { cleaned, factsOf, isComplete, openTargets, withEdit } from "./answer";
import { changedPassages, changesBetween, distanceBetween, levenshtein, nearChanges } from "./changes";

const QUESTION: EditQuestion = {
  name: "fix",
  type: "edit",
  title: "Correct it",
  required: true,
  which: "any",
  marks_into: null,
};
const item: Item = {
  id: 1,
  position: 0,
  prompt: [],
  context: null,
  responses: [
    { response_id: "a", content: "The sky is blue." },
    { response_id: "b", content: "The sea is red." },
  ],
};

describe("distances", () => {
  it.each([
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["same", "same", 0],
    ["a👍b", "a🎉b", 1],
  ])("between %j and %j is %i", (a, b, expected) => {
    expect(levenshtein([...a], [...b])).toBe(expected);
  });

  it("are the same both ways and at most the longer text", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const there = levenshtein([...a], [...b]) ?? -1;
        expect(levenshtein([...b], [...a])).toBe(there);
        expect(there).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(there).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it("count code points and words", () => {
    expect(distanceBetween("one two three", "one 2 three four", null)).toEqual({
      characters: 8,
      words: 2,
      exact: true,
    });
  });

  it("are given roughly where exact ones would take too long", () => {
    const [a, b] = ["x y ".repeat(2000), "z w ".repeat(2000)];
    const distance = distanceBetween(a, b, null);
    expect(distance.exact).toBe(false);
    expect(distance.characters).toBe(8000);
  });
});

describe("changes", () => {
  it("put together are both texts", async () => {
    const [a, b] = ["The sky is blue today.", "The sea is very blue."];
    const parts = (await changesBetween(a, b)) ?? [];
    const without = (kind: string) =>
      parts
        .filter((part) => part.kind !== kind)
        .map((part) => part.text)
        .join("");
    expect(without("added")).toBe(a);
    expect(without("removed")).toBe(b);
  });

  it("name the passages that were taken out or replaced, neighbours as one", async () => {
    const a = "Keep this. Drop these words here. Keep that.";
    const parts = (await changesBetween(a, "Keep this. Keep that, and more.")) ?? [];
    const passages = changedPassages(parts).map(({ start, end }) => a.slice(start, end));
    expect(passages.join("|")).toMatch(/Drop these words here/);
    expect(
      changedPassages([
        { kind: "removed", text: "foo" },
        { kind: "same", text: " " },
        { kind: "removed", text: "bar" },
        { kind: "added", text: "baz" },
        { kind: "same", text: " x" },
      ]),
    ).toEqual([{ start: 0, end: 7 }]);
  });

  it("name nothing where words were only put in", () => {
    expect(
      changedPassages([
        { kind: "same", text: "a " },
        { kind: "added", text: "new " },
        { kind: "same", text: "b" },
      ]),
    ).toEqual([]);
  });

  it("are shown with what is near them", () => {
    const long = "x".repeat(1000);
    const shown = nearChanges([
      { kind: "same", text: long },
      { kind: "removed", text: "gone" },
      { kind: "same", text: long },
    ]);
    expect(shown.map((part) => part.text.length)).toEqual([122, 4, 123]);
  });

  it("are shown with whole words and characters around them", () => {
    const [words] = nearChanges([
      { kind: "same", text: `${"first ".repeat(50)}last ` },
      { kind: "added", text: "new" },
    ]);
    expect(words?.text).toMatch(/^… first (first )+last $/);
    const [faces] = nearChanges([
      { kind: "same", text: `${"😀".repeat(300)}.` },
      { kind: "added", text: "new" },
    ]);
    expect(faces?.text).toMatch(/^… (😀)+\.$/u);
  });
});

describe("an edit", () => {
  it("of the original's own text is none", () => {
    const edited = withEdit(undefined, item, "a", "The sky is grey.");
    expect(edited?.edits).toEqual([{ response: "a", text: "The sky is grey.", characters: 4 }]);
    expect(withEdit(edited, item, "a", "The sky is blue.")).toBeUndefined();
  });

  it("is complete with one response, or with each where the question says so", () => {
    const one = withEdit(undefined, item, "a", "x");
    expect(isComplete(QUESTION, undefined, item)).toBe(false);
    expect(isComplete(QUESTION, one, item)).toBe(true);
    const each = { ...QUESTION, which: "each" as const };
    expect(isComplete(each, one, item)).toBe(false);
    expect(openTargets(each, one, item)).toEqual(["b"]);
    expect(isComplete(each, withEdit(one, item, "b", "y"), item)).toBe(true);
  });

  it("cannot be empty", () => {
    expect(isComplete(QUESTION, withEdit(undefined, item, "a", "  "), item)).toBe(false);
  });

  it("is sent as it was written, with the distance that conditions look at", () => {
    expect(cleaned(withEdit(undefined, item, "a", "x"), item)).toEqual({
      edits: [{ response: "a", text: "x", characters: 16 }],
    });
  });

  it("has facts", () => {
    const answer = withEdit(undefined, item, "a", "The sky is grey.");
    expect(answer && factsOf(answer)).toEqual({ edits: 1, characters: 4 });
  });
});
