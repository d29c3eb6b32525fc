import { describe, expect, it } from "vitest";
import type { DatasetRow, Label } from "@/lib/api/types";
import { labelText, lastUserMessage, turnsOf, verdictText } from "./labels";

const label = (over: Partial<Label>): Label => ({
  a: "aaa",
  b: "bbb",
  value: 0,
  outcome: "preference",
  source: "human",
  strength: null,
  aspect: null,
  annotator: null,
  origin: null,
  ...over,
});

const row = (order: string[], labels: Label[]): DatasetRow => ({
  record_id: "r",
  prompt: [
    { role: "system", content: "Be kind." },
    { role: "user", content: "First" },
    { role: "assistant", content: "Answer" },
    { role: "user", content: "Second" },
  ],
  responses: order.map((response_id) => ({ response_id, content: response_id, generator: null })),
  labels,
  annotations: [],
  context: null,
  metadata: {},
  signals: {},
});

describe("labels in words", () => {
  it("name the better response by its place, whatever the stored order", () => {
    const better = label({ value: 2 });
    expect(labelText(row(["aaa", "bbb"], []), better)).toBe("Response 2 is clearly better than 1");
    expect(labelText(row(["bbb", "aaa"], []), better)).toBe("Response 1 is clearly better than 2");
    expect(labelText(row(["aaa", "bbb"], []), label({ value: -3 }))).toBe("Response 1 is much better than 2");
  });

  it("say ties and both-bads", () => {
    expect(labelText(row(["bbb", "aaa"], []), label({ outcome: "tie" }))).toBe(
      "Responses 1 and 2 are equally good",
    );
    expect(labelText(row(["aaa", "bbb"], []), label({ outcome: "both_bad", value: null }))).toBe(
      "Responses 1 and 2 are both bad",
    );
  });

  it("add up, most frequent first", () => {
    const labels = [label({ outcome: "tie" }), label({ value: 1 }), label({ value: 3 })];
    expect(verdictText(row(["aaa", "bbb"], labels))).toBe("2 better 2×, tie");
    expect(verdictText(row(["aaa", "bbb"], []))).toBe("");
  });
});

describe("prompts", () => {
  it("are shown by their last question and counted in turns", () => {
    const { prompt } = row([], []);
    expect(lastUserMessage(prompt)).toBe("Second");
    expect(turnsOf(prompt)).toBe(2);
    expect(lastUserMessage([])).toBe("");
  });
});
