import { describe, expect, it } from "vitest";
import { type ExportFormat, optionFields } from "@/components/export-options";
import type { TrainingLoss, TrainingMethod } from "./api";
import { askedFor, formatsFor, rowProblems } from "./row-plan";

const PREFERENCE = {
  key: "trl_preference",
  columns: [{ name: "prompt" }, { name: "chosen" }, { name: "rejected" }],
  options: {
    properties: {
      soft_label: { type: "boolean", default: false },
      offset: { type: ["string", "null"], format: "margin-source", default: null },
      reward_gap: { type: ["string", "null"], format: "score-source", default: null },
    },
  },
} as unknown as ExportFormat;
const RATIONALES = {
  key: "rationale_pairs",
  columns: [{ name: "prompt" }, { name: "rationale" }, { name: "rationale_prompt" }],
  options: { properties: {} },
} as unknown as ExportFormat;
const METHOD = { formats: ["trl_preference", "rationale_pairs"] } as TrainingMethod;
const loss = (...columns: string[]) => ({ columns }) as unknown as TrainingLoss;
const signal = { id: 7, name: "Score", state: "ready", level: "response" } as never;
const fields = (signals: never[]) => optionFields(PREFERENCE.options as never, signals, []);

describe("formatsFor", () => {
  it("takes the first that has the columns, always or by an option", () => {
    const keys = (...columns: string[]) =>
      formatsFor(METHOD, loss(...columns), [RATIONALES, PREFERENCE]).map((format) => format.key);
    expect(keys()).toEqual(["trl_preference", "rationale_pairs"]);
    expect(keys("soft_label")).toEqual(["trl_preference"]);
    expect(keys("rationale", "rationale_prompt")).toEqual(["rationale_pairs"]);
    expect(keys("marks")).toEqual([]);
  });
});

describe("askedFor", () => {
  it("ticks what is a flag and takes the first source of numbers", () => {
    expect(askedFor(loss("soft_label"), fields([]))).toEqual({ soft_label: true });
    expect(askedFor(loss("offset"), fields([signal]))).toEqual({ offset: "strength" });
    expect(askedFor(loss("reward_gap"), fields([signal]))).toEqual({ reward_gap: "signal:7" });
    expect(askedFor(loss(), fields([signal]))).toEqual({});
  });
});

describe("rowProblems", () => {
  it("says what is missing where there is no source", () => {
    expect(rowProblems(loss("reward_gap"), fields([]), {})).toEqual({
      reward_gap:
        "This loss reads reward gaps, and this dataset version has no signal that gives them; compute one first.",
    });
    expect(rowProblems(loss("soft_label"), fields([]), { soft_label: true })).toEqual({});
  });
});
