import { describe, expect, it } from "vitest";
import type { JudgeModel, JudgeProtocol } from "./api";
import { changesOf, factsShown, wordsOf } from "./facts";

const protocol = {
  name: "critique",
  title: "Critique",
  generates: true,
  options_schema: { type: "object", properties: { criteria: { type: "array", items: { type: "string" } } } },
} as unknown as JudgeProtocol;
const models: JudgeModel[] = [
  { source: "packaged", model: {}, title: "Small", description: "", available: true },
];
const judge = {
  description: "",
  protocol: "critique",
  source: "packaged" as const,
  model: { packaged: "small" },
  family: "",
  instructions: "Be strict.",
  options: { criteria: [{ title: "Correct", description: "No error" }] },
  principles: [7],
  sampling: { temperature: 0, top_p: 1, max_tokens: 512, seed: 0 },
  prices: null,
};

describe("the facts of a judge", () => {
  it("are said by their names", () => {
    expect(factsShown(judge, [protocol], models, [])).toEqual([
      { label: "Description", value: "" },
      { label: "Model", value: "Small" },
      { label: "Protocol", value: "Critique" },
      { label: "Instructions", value: "Be strict." },
      { label: "Principles", value: "Principle 7" },
      { label: "Criteria", value: "Correct: No error" },
      { label: "Sampling", value: "temperature 0, top p 1, at most 512 tokens, seed 0" },
    ]);
  });

  it("differ where a version does", () => {
    const say = (over: Partial<typeof judge>) => factsShown({ ...judge, ...over }, [protocol], models, []);
    expect(changesOf(say({}), say({ instructions: "Be mild.", options: {} as never }))).toEqual([
      { label: "Instructions", before: "Be strict.", after: "Be mild." },
      { label: "Criteria", before: "Correct: No error", after: "" },
    ]);
    expect(changesOf(say({}), say({}))).toEqual([]);
  });

  it("of any shape have words", () => {
    expect([true, 3, ["a", "b"], { title: "A" }, { x: 1 }, null].map(wordsOf)).toEqual([
      "Yes",
      "3",
      "a\nb",
      "A",
      '{"x":1}',
      "",
    ]);
  });
});
