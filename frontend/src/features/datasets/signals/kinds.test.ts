import { describe, expect, it } from "vitest";
import { groupKinds, unitsOf } from "./kinds";
import type { SignalKind } from "./types";

const kind = (name: string, over: Partial<SignalKind> = {}): SignalKind => ({
  kind: name,
  title: name,
  description: "",
  queue: "default",
  level: "response",
  columns: [],
  params_schema: {},
  ...over,
});

const names = (kinds: SignalKind[], filter?: string) =>
  groupKinds(kinds, filter).map((group) => [group.title, group.kinds.map((each) => each.kind)]);

describe("groups of kinds", () => {
  it("say what the kinds are about", () => {
    const kinds = [
      ...["reward_score", "quick_ensemble", "human_strength", "length", "near_duplicates"],
      ...["diverse_order", "fifa", "d_optimal", "curriculum", "residual_margin", "personal_data"],
    ].map((name) => kind(name));
    expect(names(kinds)).toEqual([
      ["People’s labels", ["human_strength"]],
      ["Models", ["reward_score", "quick_ensemble", "residual_margin"]],
      ["Text", ["length", "personal_data"]],
      ["Similarity", ["near_duplicates"]],
      ["Order for budgets", ["diverse_order", "fifa", "d_optimal", "curriculum"]],
    ]);
  });

  it("hold kinds that nobody foresaw", () => {
    expect(names([kind("zyx"), kind("zyx_two", { queue: "ml" })])).toEqual([
      ["Models", ["zyx_two"]],
      ["Other", ["zyx"]],
    ]);
  });

  it("can be searched by title, description and columns", () => {
    const kinds = [kind("length"), kind("language", { title: "Language", description: "Which tongue." })];
    expect(names(kinds, " TONGUE ")).toEqual([["Text", ["language"]]]);
    expect(names(kinds, "nothing")).toEqual([]);
  });
});

describe("words", () => {
  it("count in the unit of the level", () => {
    expect([unitsOf("pair", 1), unitsOf("response", 2400), unitsOf("record", 0)]).toEqual([
      "1 pair",
      "2,400 responses",
      "0 records",
    ]);
  });
});
