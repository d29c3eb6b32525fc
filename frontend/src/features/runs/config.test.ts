import { describe, expect, it } from "vitest";
import { configFrom, kindOf } from "./config";

describe("configFrom", () => {
  it("sends numbers and leaves empty fields to the server", () => {
    const { config, wrong } = configFrom(
      { max_steps: "20", learning_rate: "1e-5", beta: " 0.2 ", seed: "" },
      "dpo",
      true,
    );
    expect(config).toEqual({ use_lora: true, max_steps: 20, learning_rate: 1e-5, beta: 0.2 });
    expect(wrong).toEqual({});
  });

  it("leaves out what the kind of run does not have", () => {
    expect(configFrom({ beta: "0.1" }, "reward", true).config).toEqual({ use_lora: true });
    expect(configFrom({ lora_r: "8" }, "dpo", false).config).toEqual({ use_lora: false });
  });

  it("names fields that are no numbers", () => {
    expect(configFrom({ max_steps: "many" }, "dpo", true).wrong).toEqual({ max_steps: "Give a number." });
  });
});

it("the format of the export decides the kind of run", () => {
  expect(kindOf("trl_preference")).toBe("dpo");
  expect(kindOf("trl_reward")).toBe("reward");
});
