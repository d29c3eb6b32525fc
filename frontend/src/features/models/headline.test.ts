import { expect, it } from "vitest";
import { headlineOf } from "./headline";

const done = { state: "succeeded", kind: "reward_accuracy" } as const;

it("an evaluation is known by its overall number with the interval", () => {
  const metrics = { overall: { value: 0.75, low: 0.7, high: 0.8, n: 40 } };
  expect(headlineOf({ ...done, metrics })).toBe("75.0 % (70.0 % to 80.0 %)");
  expect(headlineOf({ ...done, metrics: { overall: { value: 0.5, low: null } } })).toBe("50.0 %");
});

it("there is none before it is done, and none for pairs that people still compare", () => {
  expect(headlineOf({ ...done, state: "running", metrics: { overall: { value: 1 } } })).toBeNull();
  expect(headlineOf({ ...done, kind: "side_by_side", metrics: { pairs: 7 } })).toBeNull();
});
