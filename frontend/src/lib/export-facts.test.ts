import { describe, expect, it } from "vitest";
import type { DataExport } from "./api/types";
import { columnsOf, droppedOf, forecastOf, rowsOf, warningsOf } from "./export-facts";

const data = (manifest: Record<string, unknown>) => ({ manifest }) as unknown as DataExport;

describe("what a manifest says", () => {
  it("counts rows and what was left out, most frequent reason first", () => {
    const written = data({
      rows: { train: 8, test: 2 },
      dropped: { no_reward: 1, prompt_too_long: 4, never: 0 },
      warnings: ["Look at it.", 3],
      columns: [{ name: "prompt", description: "messages", read_by: "trl.DPOTrainer" }],
    });
    expect(rowsOf(written)).toEqual({ train: 8, test: 2 });
    expect(droppedOf(written)).toEqual([
      ["prompt_too_long", 4],
      ["no_reward", 1],
    ]);
    expect(warningsOf(written)).toEqual(["Look at it."]);
    expect(columnsOf(written)).toEqual([
      { name: "prompt", description: "messages", readBy: "trl.DPOTrainer" },
    ]);
  });

  it("foretells what each trainer does with long rows", () => {
    const tokens = {
      tokenizer: "tiny",
      max_length: 40,
      trainers: { "trl.DPOTrainer": { train: { given: 5, dropped: 2, truncated: 1 } } },
    };
    expect(forecastOf(data({ lengths: { tokens } }))).toEqual({
      tokenizer: "tiny",
      maxLength: 40,
      trainers: [
        {
          trainer: "trl.DPOTrainer",
          train: { dropped: 2, truncated: 1 },
          test: { dropped: 0, truncated: 0 },
        },
      ],
    });
    expect(forecastOf(data({ lengths: { unit: "characters", tokens: null } }))).toBeNull();
  });

  it("is empty while the export is being written", () => {
    const empty = data({});
    expect([rowsOf(empty), droppedOf(empty), warningsOf(empty), columnsOf(empty), forecastOf(empty)]).toEqual(
      [{}, [], [], [], null],
    );
  });
});
