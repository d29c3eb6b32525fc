import { describe, expect, it } from "vitest";
import { chartsOf, lastStep, lastValue, mergeMetrics, overlaidCharts, thinned } from "./metrics";

const row = (step: number, values: Record<string, number | null>) => ({ step, values });

describe("mergeMetrics", () => {
  it("appends, replaces repeated steps and keeps order", () => {
    const known = [row(1, { loss: 3 }), row(2, { loss: 2 })];
    const merged = mergeMetrics(known, [row(3, { loss: 1 }), row(2, { loss: 1.5, eval_loss: 4 })]);
    expect(merged).toEqual([row(1, { loss: 3 }), row(2, { loss: 1.5, eval_loss: 4 }), row(3, { loss: 1 })]);
    expect(lastStep(merged)).toBe(3);
    expect(lastValue(merged, "eval_loss")).toBe(4);
  });

  it("is the same array when nothing is new, so that charts are not drawn again", () => {
    const known = [row(1, { loss: 3 }), row(2, { loss: 2 })];
    expect(mergeMetrics(known, [])).toBe(known);
    expect(mergeMetrics(known, [row(2, { loss: 2 })])).toBe(known);
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

  it("says memory in gigabytes, and gives every further number of a method a chart", () => {
    const charts = chartsOf([row(1, { memory_bytes: 2.5e9, tie_nu: 1, eval_tie_nu: 2, tokens: 9 })]);
    expect(charts.map((chart) => [chart.title, chart.series.map((each) => each.values[0])])).toEqual([
      ["Memory, GB", [2.5]],
      ["Tie nu", [1, 2]],
    ]);
  });
});

describe("overlaidCharts", () => {
  it("draws a line for each run over the steps of all", () => {
    const charts = overlaidCharts([
      { label: "a", rows: [row(1, { loss: 3, chosen_reward: 1 }), row(3, { loss: 1, eval_loss: 2 })] },
      { label: "b", rows: [row(2, { loss: 2 })] },
    ]);
    expect(charts.map((chart) => chart.title)).toEqual(["Loss", "Loss on test", "Rewards: chosen"]);
    expect(charts[0]?.x).toEqual([1, 2, 3]);
    expect(charts[0]?.series).toEqual([
      { label: "a", values: [3, null, 1] },
      { label: "b", values: [null, 2, null] },
    ]);
    expect(charts[1]?.series).toEqual([{ label: "a", values: [null, null, 2] }]);
  });
});

describe("thinned", () => {
  it("keeps the first, the last and every evaluation", () => {
    const rows = Array.from({ length: 1000 }, (_, step) =>
      row(step, step === 7 ? { eval_loss: 1 } : { loss: 1 }),
    );
    const steps = thinned(rows, 10).map((each) => each.step);
    expect(steps).toHaveLength(12);
    expect(steps).toContain(7);
    expect([steps[0], steps.at(-1)]).toEqual([0, 999]);
    expect(thinned(rows, 1000)).toBe(rows);
  });
});
