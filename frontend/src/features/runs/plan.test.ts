import { describe, expect, it } from "vitest";
import type { ExportCheck } from "@/components/export-options";
import type { SchemaField } from "@/lib/schema-form";
import { expectedRows, planOf } from "./plan";

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

const check = (over: Partial<ExportCheck>) =>
  ({ is_whole: true, candidates: 10, rows: { train: 6, test: 1 }, ...over }) as ExportCheck;

it("rows are those counted, else a share of all that pairs can make", () => {
  expect(expectedRows("dpo", 9, check({}))).toEqual({ rows: 6, isExact: true });
  expect(expectedRows("kto", 30_000, check({ is_whole: false }))).toEqual({ rows: 42_000, isExact: false });
  expect(expectedRows("kto", 10, undefined)).toEqual({ rows: 20, isExact: false });
});
