import { describe, expect, it } from "vitest";
import type { Item, PairwiseQuestion } from "@/lib/api/types";
import { answerOf, choicesOf, positionOf } from "./verdict";

const question = (steps: 3 | 5 | 7, rest: Partial<PairwiseQuestion> = {}): PairwiseQuestion => ({
  name: "better",
  type: "pairwise",
  title: "Which is better?",
  steps,
  tie: true,
  both_bad: true,
  required: true,
  aspect: null,
  ...rest,
});

const item = (...ids: string[]): Item => ({
  id: 1,
  position: 0,
  prompt: [],
  context: null,
  responses: ids.map((response_id) => ({ response_id, content: response_id })),
});

describe("the dock's scale", () => {
  it.each([
    [7, ["1", "2", "3", "4", "5", "6", "7", "0"], [-3, -2, -1, 0, 1, 2, 3, "both_bad"]],
    [5, ["1", "2", "3", "4", "5", "0"], [-2, -1, 0, 1, 2, "both_bad"]],
    [3, ["1", "2", "3", "0"], [-1, 0, 1, "both_bad"]],
  ] as const)("has a key for each of %i steps", (steps, keys, positions) => {
    const choices = choicesOf(question(steps));
    expect(choices.map((choice) => choice.key)).toEqual(keys);
    expect(choices.map((choice) => choice.position)).toEqual(positions);
  });

  it("leaves the middle key empty without a tie, so that the other keys stay where fingers know them", () => {
    const choices = choicesOf(question(7, { tie: false, both_bad: false }));
    expect(choices.map((choice) => choice.key)).toEqual(["1", "2", "3", "5", "6", "7"]);
  });

  it("names the ends and the middle", () => {
    const labels = choicesOf(question(7)).map((choice) => choice.description);
    expect(labels[0]).toBe("First much better");
    expect(labels[1]).toBe("First better");
    expect(labels[3]).toBe("About the same");
    expect(labels[6]).toBe("Second much better");
  });
});

describe("answers", () => {
  it("name the response, whichever side it stands on", () => {
    const shown = item("aaa", "bbb");
    const swapped = item("bbb", "aaa");
    for (const position of [-3, -2, -1, 1, 2, 3] as const) {
      expect(answerOf(position, shown)).toEqual(answerOf(-position, swapped));
    }
    expect(answerOf(-2, shown)).toEqual({ better: "aaa", strength: 2 });
    expect(answerOf(0, shown)).toEqual({ outcome: "tie" });
    expect(answerOf("both_bad", shown)).toEqual({ outcome: "both_bad" });
  });

  it("come back to the button they were given with", () => {
    const shown = item("aaa", "bbb");
    for (const choice of choicesOf(question(7))) {
      expect(positionOf(answerOf(choice.position, shown), shown)).toBe(choice.position);
    }
    expect(positionOf({ better: "unknown", strength: 1 }, shown)).toBeNull();
    expect(positionOf(undefined, shown)).toBeNull();
  });
});
