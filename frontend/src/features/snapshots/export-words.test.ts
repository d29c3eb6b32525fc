import { describe, expect, it } from "vitest";
import type { ExportFormat } from "@/components/export-options";
import type { DataExport } from "@/lib/api/types";
import { formatGroups, loadSnippet, optionWords, servesWords } from "./export-words";

const FORMAT = {
  key: "trl_preference",
  title: "TRL preference pairs",
  trainer: "trl.DPOTrainer",
  kinds: ["dpo", "orpo"],
  options: {
    properties: { weight: { default: false }, offset: { default: null }, offset_alpha: { default: 1 } },
  },
} as unknown as ExportFormat;
const OTHER = { ...FORMAT, key: "axolotl", trainer: "Axolotl", kinds: [] } as unknown as ExportFormat;
const data = (over: Record<string, unknown>) =>
  ({ options: {}, manifest: {}, ...over }) as unknown as DataExport;

describe("formats", () => {
  it("say who reads them", () => {
    expect(servesWords(FORMAT)).toBe("Read by trl.DPOTrainer · here: DPO, ORPO");
    expect(servesWords(OTHER)).toBe("Read by Axolotl");
  });

  it("stand apart by whether runs here train on them", () => {
    expect(formatGroups([OTHER, FORMAT]).map((group) => group.formats.map((each) => each.key))).toEqual([
      ["trl_preference"],
      ["axolotl"],
    ]);
    expect(formatGroups([FORMAT])).toHaveLength(1);
  });
});

it("options that are the format's own are not worth a word", () => {
  const options = { weight: true, offset: "signal:3", offset_alpha: 1, unknown: null };
  expect(optionWords(data({ options }), FORMAT)).toEqual(["weight yes", "offset signal:3"]);
});

it("the code opens the splits that have rows", () => {
  const code = loadSnippet(data({ manifest: { rows: { train: 8, test: 0 } } }));
  expect(code).toContain('data_files={"train": "train.parquet"}');
  expect(code).not.toContain("test.parquet");
});
