import { describe, expect, it } from "vitest";
import { chartsOf, lastStep, mergeMetrics } from "./metrics";

const row = (step: number, values: Record<string, number | null>) => ({ step, values });

describe("mergeMetrics", () => {
  it("appends, replaces repeated steps and keeps order", () => {
    const known = [row(1, { loss: 3 }), row(2, { loss: 2 })];
    const merged = mergeMetrics(known, [row(3, { loss: 1 }), row(2, { loss: 1.5, eval_loss: 4 })]);
    expect(merged).toEqual([row(1, { loss: 3 }), row(2, { loss: 1.5, eval_loss: 4 }), row(3, { loss: 1 })]);
    expect(lastStep(merged)).toBe(3);
  });

  it("is the same array when nothing is new, so that charts are not drawn again", () => {
    const known = [row(1, {})];
    expect(mergeMetrics(known, [])).toBe(known);
    expect(lastStep([])).toBeNull();
  });
});

describe("chartsOf", () => {
  it("draws only what was measured, with gaps where a step has no value", () => {
    const charts = chartsOf([row(1, { loss: 2, accuracy: 0.5 }), row(2, { loss: 1, eval_loss: 1.2 })]);
    expect(charts.map((chart) => chart.title)).toEqual(["Loss", "Accuracy"]);
    expect(charts[0]).toEqual({
      title: "Loss",
      zeroLine: false,
      x: [1, 2],
      series: [
        { label: "Loss", dashed: undefined, values: [2, 1] },
        { label: "On test", dashed: true, values: [null, 1.2] },
      ],
    });
  });
});
