import { describe, expect, it } from "vitest";
import type { Run } from "@/lib/api/types";
import { comparedWith, differencesOf } from "./differences";

const run = (over: Partial<Omit<Run, "config">>, config: Record<string, unknown>) =>
  ({
    kind: "dpo",
    base_model: "tiny",
    snapshot: 1,
    export: 2,
    launcher: "local",
    gpus: 0,
    ensemble: "",
    ...over,
    config,
  }) as unknown as Run;

describe("differencesOf", () => {
  it("names what is not the same in all runs, and nothing else", () => {
    const runs = [
      run({}, { beta: 0.1, use_lora: true, seed: 0 }),
      run({ gpus: 1 }, { beta: 0.2, use_lora: true, seed: 0 }),
      run({}, { beta: 0.1, use_lora: true, seed: 0, ld_alpha: null }),
    ];
    expect(differencesOf(runs).map((each) => [each.name, each.values])).toEqual([
      ["gpus", ["0", "1", "0"]],
      ["config.beta", ["0.1", "0.2", "0.1"]],
    ]);
    expect(differencesOf([runs[0] as Run, runs[2] as Run])).toEqual([]);
  });
});

describe("comparedWith", () => {
  it("puts what only the other run has at the end", () => {
    const lines = comparedWith(
      run({}, { beta: 0.1, use_lora: true }),
      run({}, { beta: 0.1, use_lora: false, simpo_gamma: 1 }),
    );
    const marked = lines.filter((line) => line.other !== undefined);
    expect(marked.map(({ name, value, other }) => [name, value, other])).toEqual([
      ["config.use_lora", "yes", "no"],
      ["config.simpo_gamma", "–", "1"],
    ]);
    expect(lines.at(-1)?.name).toBe("config.simpo_gamma");
    expect(comparedWith(run({}, { beta: 1 }), undefined).some((line) => line.other !== undefined)).toBe(
      false,
    );
  });
});
