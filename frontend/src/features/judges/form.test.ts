import { describe, expect, it } from "vitest";
import { entriesOf } from "@/lib/schema-form";
import type { JudgeDetail, JudgeModel, JudgeProtocol } from "./api";
import { EMPTY, factsOf, formOf, groupsOf, keyOf, modelOf, optionsOf, problemsOf, protocolOf } from "./form";

const packaged: JudgeModel = {
  source: "packaged",
  model: {},
  title: "Small",
  description: "",
  available: true,
};
const house: JudgeModel = { ...packaged, source: "endpoint", model: { endpoint: "house" }, title: "house" };
const ours: JudgeModel = { ...packaged, source: "registered", model: { id: 4 }, title: "Ours" };

const letter: JudgeProtocol = {
  name: "pair_letter",
  title: "By letter",
  description: "",
  level: "pair",
  gives: "votes",
  generates: false,
  comparable: true,
  prompt_version: "1",
  options_schema: {
    type: "object",
    properties: {
      few_shot: { type: "integer", minimum: 0, maximum: 8, default: 0 },
      surprise: { type: "string", default: "" },
    },
  },
};
const critique: JudgeProtocol = { ...letter, name: "critique", gives: "drafts", generates: true };
const fields = optionsOf(letter);

describe("the model", () => {
  it("is the one chosen, else the first that is there", () => {
    const gone = { ...packaged, available: false };
    expect(modelOf(EMPTY, [gone, house])).toBe(house);
    expect(modelOf({ ...EMPTY, model: "registered:4" }, [packaged, ours])).toBe(ours);
    expect(modelOf({ ...EMPTY, model: "registered:5" }, [packaged, ours])).toBeUndefined();
    expect([packaged, ours, house].map(keyOf)).toEqual(["packaged", "registered:4", "endpoint:house"]);
  });

  it("of an endpoint has a name, and both prices or none", () => {
    const form = { ...EMPTY, name: "J", promptPrice: "0.15" };
    expect(problemsOf(form, house, letter, fields)).toEqual({
      "model.model": "Name the model as the endpoint calls it.",
      "prices.completion": "Give both prices, or none.",
    });
    const priced = { ...form, endpointModel: " qwen ", completionPrice: "0,6" };
    expect(problemsOf(priced, house, letter, fields)).toEqual({});
    expect(factsOf(priced, house, letter, fields)).toMatchObject({
      model: { endpoint: "house", model: "qwen", revision: "" },
      prices: { prompt: 0.15, completion: 0.6 },
    });
  });

  it("that is no endpoint's is sent without what was typed for one", () => {
    const form = { ...EMPTY, name: "J", endpointModel: "left over", promptPrice: "much" };
    expect(problemsOf(form, packaged, letter, fields)).toEqual({});
    expect(factsOf(form, packaged, letter, fields)).toMatchObject({ model: {}, prices: null });
  });
});

describe("the protocol", () => {
  it("stands in the group of what it gives", () => {
    const groups = groupsOf([letter, critique]).map((group) => group.protocols.map((each) => each.name));
    expect(groups).toEqual([["pair_letter"], ["critique"]]);
    expect(groupsOf([critique])).toHaveLength(1);
    expect(protocolOf(EMPTY, [letter, critique])).toBe(letter);
  });

  it("has options in words, those nobody foresaw in their own", () => {
    expect(fields.map((field) => field.label)).toEqual(["Worked examples", "Surprise"]);
  });

  it("that generates has sampling within its bounds", () => {
    const form = { ...EMPTY, name: "J", temperature: "3", maxTokens: "1.5" };
    expect(problemsOf(form, packaged, letter, [])).toEqual({});
    expect(Object.keys(problemsOf(form, packaged, critique, []))).toEqual([
      "sampling.temperature",
      "sampling.max_tokens",
    ]);
    expect(factsOf(EMPTY, packaged, letter, []).sampling).toBeUndefined();
    expect(factsOf(EMPTY, packaged, critique, []).sampling).toEqual({
      temperature: 0,
      top_p: 1,
      max_tokens: 512,
      seed: 0,
    });
  });

  it("refuses options out of their range, under their own name", () => {
    const form = { ...EMPTY, name: "J", entries: { few_shot: "9" } };
    expect(problemsOf(form, packaged, letter, fields)).toEqual({
      "options.few_shot": "Give a whole number from 0 to 8.",
    });
  });
});

it("a further version begins as the judge is", () => {
  const judge = {
    name: "Helpful",
    description: "d",
    protocol: "pair_letter",
    source: "endpoint",
    model: { endpoint: "house", model: "qwen", revision: "r1" },
    family: "qwen",
    instructions: "Be strict.",
    options: { few_shot: 3 },
    principles: [2],
    sampling: { temperature: 0, top_p: 1, max_tokens: 512, seed: 0 },
    prices: { prompt: 0.1, completion: 0.4 },
  } as unknown as JudgeDetail;
  const form = formOf(judge, entriesOf(fields, judge.options ?? {}));
  expect(problemsOf(form, house, letter, fields)).toEqual({});
  expect(factsOf(form, house, letter, fields)).toEqual({
    description: "d",
    protocol: "pair_letter",
    source: "endpoint",
    model: { endpoint: "house", model: "qwen", revision: "r1" },
    family: "qwen",
    instructions: "Be strict.",
    options: { few_shot: 3 },
    principles: [2],
    sampling: undefined,
    prices: { prompt: 0.1, completion: 0.4 },
  });
});
