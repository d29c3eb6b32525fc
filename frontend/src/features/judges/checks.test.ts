import { describe, expect, it } from "vitest";
import { type CheckForm, checkBody, checkProblems, questionsOf, sourceWords } from "./checks";

const form: CheckForm = {
  dataset: 1,
  version: 2,
  gold: ["human"],
  sample: "400",
  probes: ["style"],
  cap: "",
};

describe("a check", () => {
  it("is sent with its sources in one order, and a cap only where something is paid", () => {
    const asked: CheckForm = { ...form, gold: ["imported", "adjudicated"], cap: "2" };
    expect(checkBody(asked, 2, true)).toEqual({
      dataset_version: 2,
      gold: ["adjudicated", "imported"],
      sample: 400,
      probes: ["style"],
      seed: 0,
      cap_usd: "2.00",
    });
    expect(checkBody(asked, 2, false).cap_usd).toBeNull();
  });

  it("needs a version, a truth and a number of pairs", () => {
    expect(checkProblems(form, 2, true)).toEqual({});
    expect(checkProblems({ ...form, gold: [], sample: "3.5", cap: "free" }, undefined, true)).toEqual({
      dataset_version: "Choose a version with rows.",
      gold: "Choose whose labels count.",
      sample: "Give a whole number from 20 to 5000.",
      cap_usd: "Give an amount above 0, or nothing for no cap.",
    });
    expect(checkProblems({ ...form, cap: "free" }, 2, false)).toEqual({});
  });

  it("asks both orders, again for each probe", () => {
    expect([questionsOf(400, 0), questionsOf(400, 2)]).toEqual([800, 2400]);
  });

  it("says whose labels it takes", () => {
    expect(sourceWords(["adjudicated", "human"])).toBe("adjudicated labels and labels of people");
  });
});
