import { describe, expect, it } from "vitest";
import type { Signal, SignalColumn } from "./api/types";
import { gistOf, wordOf } from "./signal-values";

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
