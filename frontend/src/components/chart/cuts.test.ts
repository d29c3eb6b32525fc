import { describe, expect, it, vi } from "vitest";
import { type Cut, cutAt, stepOf, tidy } from "./cuts";

const cut = (side: Cut["side"], value: number | null): Cut => ({
  side,
  label: side,
  value,
  onChange: vi.fn(),
});

describe("cutAt", () => {
  it("takes the nearer bound, and where there is none the end of the range", () => {
    const cuts = { lower: cut("lower", 2), upper: cut("upper", null) };
    expect(cutAt(cuts, 3, 0, 10)).toBe(cuts.lower);
    expect(cutAt(cuts, 7, 0, 10)).toBe(cuts.upper);
    expect(cutAt({ lower: cuts.lower }, 9, 0, 10)).toBe(cuts.lower);
    expect(cutAt(undefined, 9, 0, 10)).toBeNull();
  });

  it("pulls bounds that lie on each other apart", () => {
    const cuts = { lower: cut("lower", 5), upper: cut("upper", 5) };
    expect(cutAt(cuts, 4, 0, 10)).toBe(cuts.lower);
    expect(cutAt(cuts, 6, 0, 10)).toBe(cuts.upper);
  });
});

describe("tidy", () => {
  it("keeps a thousandth of the range", () => {
    expect(tidy(1.23456, 0, 3)).toBe(1.23);
    expect(tidy(1.23456, 0, 0.5)).toBe(1.235);
    expect(tidy(1234.56, 0, 5000)).toBe(1235);
    expect(tidy(0.0001234567, 0, 0.001)).toBe(0.000123);
  });

  it("lets every arrow key press move the bound", () => {
    for (const high of [0.003, 0.5, 1, 7, 4000]) expect(tidy(stepOf(0, high), 0, high)).toBeGreaterThan(0);
  });
});
