import { describe, expect, it } from "vitest";
import { aroundZero, ticksOf } from "./interval-scale";

const interval = (estimate: number | null, low: number | null = null, high: number | null = null) => ({
  estimate,
  low,
  high,
});

describe("a scale around zero", () => {
  it("is as wide as the farthest bound on both sides, to a round number", () => {
    expect(aroundZero([interval(0.3, -0.2, 0.72)])).toEqual({ low: -0.8, high: 0.8 });
    expect(aroundZero([interval(-3.2)])).toEqual({ low: -4, high: 4 });
    expect(ticksOf({ low: -4, high: 4 })).toEqual([-4, -2, 0, 2, 4]);
  });

  it("is never nothing", () => {
    expect(aroundZero([])).toEqual({ low: -0.1, high: 0.1 });
    expect(aroundZero([interval(null)])).toEqual({ low: -0.1, high: 0.1 });
  });
});
