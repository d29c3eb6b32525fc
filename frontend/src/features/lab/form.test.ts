import { describe, expect, it } from "vitest";
import { bodyOf, type LabForm, problemsOf } from "./form";

const FORM: LabForm = {
  dataset: null,
  version: null,
  recipes: [2, 1],
  name: " ",
  features: "embeddings",
  gold: "held_out",
  percent: "12,5",
  seeds: "5",
  budget: "10",
};

describe("the form of a lab run", () => {
  it("sends shares, and the recipes in the order chosen", () => {
    expect(bodyOf(FORM, 7)).toEqual({
      dataset_version: 7,
      recipes: [2, 1],
      name: "",
      features: "embeddings",
      gold: { fraction: 0.125 },
      seeds: 5,
      review_budget: 0.1,
    });
    expect(bodyOf({ ...FORM, gold: "adjudicated" }, 7).gold).toEqual({ source: "adjudicated" });
  });

  it("is right as it opens, once there are two recipes and a version", () => {
    expect(problemsOf(FORM, 7)).toEqual({});
    expect(Object.keys(problemsOf({ ...FORM, recipes: [1] }, null))).toEqual(["recipes", "dataset_version"]);
  });

  it.each([
    [{ percent: "60" }, "gold_fraction"],
    [{ percent: "" }, "gold_fraction"],
    [{ seeds: "2" }, "seeds"],
    [{ seeds: "3.5" }, "seeds"],
    [{ budget: "0" }, "review_budget"],
    [{ budget: "51" }, "review_budget"],
  ])("%o is refused at its field", (change, field) => {
    expect(Object.keys(problemsOf({ ...FORM, ...change }, 7))).toEqual([field]);
  });

  it("asks for no share where the gold is adjudicated", () => {
    expect(problemsOf({ ...FORM, gold: "adjudicated", percent: "" }, 7)).toEqual({});
  });
});
