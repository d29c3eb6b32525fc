import { describe, expect, it } from "vitest";
import type { Signal } from "@/lib/api/types";
import { gistOf, groupKinds, unitsOf, wordOf } from "./kinds";
import type { SignalColumn, SignalKind } from "./types";

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

const column = (name: string, type: SignalColumn["type"]): SignalColumn => ({
  name,
  title: name,
  type,
  signed: false,
});
const signal = (columns: SignalColumn[], summary: unknown): Signal => ({ columns, summary }) as Signal;
const numbers = { count: 4, mean: 0.5, min: 0, max: 1, histogram: { edges: [], counts: [] } };

describe("a signal in short", () => {
  it("is the mean of the first number", () => {
    const columns = [column("word", "text"), column("margin", "number")];
    expect(gistOf(signal(columns, { ...numbers, columns: { margin: numbers } }))).toEqual({
      column: "margin",
      value: "mean 0.5",
    });
    expect(gistOf(signal([column("score", "number")], numbers))?.value).toBe("mean 0.5");
  });

  it("is the most common value where there is no number", () => {
    const values = { count: 4, distinct: 2, values: [{ value: "true", count: 3 }] };
    expect(gistOf(signal([column("bad", "flag")], { columns: { bad: values } }))?.value).toBe(
      "mostly Yes (75 %)",
    );
  });

  it("is nothing before there are values", () => {
    expect(gistOf(signal([column("score", "number")], null))).toBeNull();
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

  it("shorten ids and say what our own words mean", () => {
    expect(wordOf("18105ebf3519339524165f1941de7a45", "text")).toBe("18105ebf");
    expect([wordOf("lt3", "text", "outcome"), wordOf("lt3", "text", "word")]).toEqual([
      "fewer than three votes",
      "lt3",
    ]);
  });

  it("leave people's texts alone", () => {
    expect([wordOf("too_few", "text"), wordOf("en", "text"), wordOf("Snake_Case", "text")]).toEqual([
      "too few",
      "en",
      "Snake_Case",
    ]);
  });
});
