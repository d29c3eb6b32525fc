import { describe, expect, it } from "vitest";
import { DEFAULT_CHOICES, parseEmails, questionsOf, scaleWords } from "./questions";

describe("questionsOf", () => {
  it("asks one required pairwise question and an optional reason by default", () => {
    expect(questionsOf(DEFAULT_CHOICES)).toEqual([
      {
        name: "preference",
        type: "pairwise",
        title: "Which is better?",
        steps: 7,
        tie: true,
        both_bad: true,
        required: true,
        aspect: null,
      },
      { name: "rationale", type: "text", title: "Why?", required: false, max_chars: 4000 },
    ]);
  });

  it("leaves the reason out when nobody wants it", () => {
    expect(questionsOf({ ...DEFAULT_CHOICES, rationale: "none" }).map((each) => each.name)).toEqual([
      "preference",
    ]);
  });
});

describe("scaleWords", () => {
  it.each([
    [3, 4],
    [5, 6],
    [7, 8],
  ] as const)("has %i steps and both bad", (steps, count) => {
    const [question] = questionsOf({ ...DEFAULT_CHOICES, steps });
    if (question?.type !== "pairwise") throw new Error("expected a pairwise question");
    const words = scaleWords(question);
    expect(words).toHaveLength(count);
    expect(words.at(-1)).toBe("Both bad");
  });
});

describe("parseEmails", () => {
  it("takes lines, commas and spaces, and names what is no address", () => {
    expect(parseEmails("Ada@example.org, bo@example.org\nada@example.org oops")).toEqual({
      emails: ["ada@example.org", "bo@example.org"],
      wrong: ["oops"],
    });
  });
});
