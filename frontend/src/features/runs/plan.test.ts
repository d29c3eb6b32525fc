import { describe, expect, it } from "vitest";
import type { SchemaField } from "@/lib/schema-form";
import { planOf, rowsOfPairs } from "./plan";

const number = (name: string, fallback: unknown): SchemaField => ({
  name,
  label: name,
  description: null,
  required: false,
  fallback,
  control: "number",
  whole: false,
  min: null,
  max: null,
});
const FIELDS = [
  number("max_steps", 20),
  number("epochs", undefined),
  number("batch_size", 4),
  number("gradient_accumulation", 2),
];

describe("planOf", () => {
  it("counts epochs from steps", () => {
    expect(planOf(80, FIELDS, {}, 0)).toEqual({ steps: 20, epochs: 2, perStep: 8 });
  });

  it("counts steps from epochs as the trainer does, with what does not fill a batch", () => {
    // ceil(ceil(81 / 4) / 2) = 11 steps a pass.
    expect(planOf(81, FIELDS, { epochs: "1.5" }, 0)).toEqual({ steps: 17, epochs: 1.5, perStep: 8 });
    expect(planOf(81, FIELDS, { epochs: "1" }, 2)).toEqual({ steps: 6, epochs: 1, perStep: 16 });
  });

  it("says nothing while a number is none", () => {
    expect(planOf(80, FIELDS, { batch_size: "many" }, 0)).toBeNull();
    expect(planOf(80, FIELDS, { epochs: "0" }, 0)).toBeNull();
    expect(planOf(0, FIELDS, {}, 0)).toBeNull();
  });
});

it("single responses come apart", () => {
  expect([rowsOfPairs("kto", 10), rowsOfPairs("dpo", 10)]).toEqual([20, 10]);
});
