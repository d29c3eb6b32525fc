import { describe, expect, it } from "vitest";
import type { LabArm, LabComparison } from "./api";
import { headline, inOrder, l2Words, percentWithError, points, scaleOf, ticksOf } from "./results";

const arm = (
  kind: LabArm["kind"],
  name: string,
  versus: Partial<LabComparison> | null = { difference: 0, verdict: "no_measurable_difference" },
): LabArm =>
  ({
    key: name,
    name,
    kind,
    versus_raw: versus && { difference: 0, low: -0.01, high: 0.01, verdict: "helps", ...versus },
  }) as LabArm;

const ARMS = [
  arm("raw", "Raw labels", null),
  arm("recipe", "Weak", { difference: -0.02, low: -0.05, high: 0.01, verdict: "no_measurable_difference" }),
  arm("recipe", "Strict", { difference: 0.03, low: 0.01, high: 0.05, verdict: "helps" }),
  arm("random", "Random, as many as “Weak”"),
  arm("oracle", "Planted errors removed", { difference: 0.04, low: 0.02, high: 0.06, verdict: "helps" }),
];

describe("arms", () => {
  it("are read from the best recipe on, controls apart", () => {
    const { raw, recipes, controls } = inOrder(ARMS);
    expect(raw.map((each) => each.name)).toEqual(["Raw labels"]);
    expect(recipes.map((each) => each.name)).toEqual(["Strict", "Weak"]);
    expect(controls.map((each) => each.kind)).toEqual(["random", "oracle"]);
  });

  it("are summed up in one sentence about the recipes", () => {
    expect(headline(ARMS)).toBe("“Strict” helps; “Weak” makes no measurable difference.");
    const hurts = { difference: -0.1, verdict: "hurts" as const };
    expect(headline([arm("recipe", "A", hurts), arm("recipe", "B", hurts), arm("recipe", "C", hurts)])).toBe(
      "“A”, “B” and “C” hurt.",
    );
  });
});

describe("numbers", () => {
  it("are points with the sign that matters", () => {
    expect([points(0.0123), points(-0.004), points(0.0004), points(-0.0004)]).toEqual([
      "+1.2",
      "−0.4",
      "0.0",
      "0.0",
    ]);
    expect(percentWithError({ mean: 0.8125, se: 0.0041 })).toBe("81.3 % ± 0.4");
  });

  it("of regularisation are one value or a range", () => {
    expect([l2Words([100, 100]), l2Words([10, 1, 3.16]), l2Words([])]).toEqual(["100", "1 to 10", "–"]);
  });
});

describe("the scale", () => {
  it("holds every interval and zero", () => {
    const { low, high } = scaleOf(ARMS);
    expect(low).toBeLessThan(-0.05);
    expect(high).toBeGreaterThan(0.06);
    expect(scaleOf([arm("recipe", "A", { low: 0.02, high: 0.03 })]).low).toBeLessThan(0);
  });

  it("has round marks, zero among them", () => {
    expect(ticksOf({ low: -0.06, high: 0.07 }).map(points)).toEqual(["−5.0", "0.0", "+5.0"]);
    expect(ticksOf({ low: -0.002, high: 0.05 }).map(points)).toEqual(["0.0", "+2.0", "+4.0"]);
  });
});
