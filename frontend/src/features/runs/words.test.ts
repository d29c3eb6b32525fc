import { describe, expect, it } from "vitest";
import { idsIn, toggledId, withId } from "./picking";
import { usedRows } from "./rows";
import { byPrompt, comparedSteps, sampledSteps } from "./samples";
import { heartbeatWords, keyMetric, settingValue } from "./words";

it("the key metric is held-out accuracy where there is one", () => {
  expect(keyMetric({ loss: 0.5, accuracy: 0.75, eval_accuracy: 0.7 })).toBe("70 % accuracy on test");
  expect(keyMetric({ loss: 0.5, accuracy: null })).toBe("0.5 loss");
  expect(keyMetric({})).toBe("–");
});

it("settings are written for people", () => {
  expect([true, 5e-5, null, "auto", [1]].map(settingValue)).toEqual(["yes", "5e−5", "–", "auto", "[1]"]);
});

it("a trainer that says nothing for a minute is noticed", () => {
  const at = "2026-01-01T00:00:00Z";
  const now = Date.parse(at);
  expect(heartbeatWords(at, now + 5_000)).toEqual({ text: "alive", late: false });
  expect(heartbeatWords(at, now + 120_000)).toEqual({ text: "no sign of life for 2 min", late: true });
  expect(heartbeatWords(null, now)).toBeNull();
});

describe("picking", () => {
  it("reads ids of an address and drops what is none", () => {
    expect(idsIn("3,x,5,3,-1")).toEqual([3, 5]);
    expect(idsIn(undefined)).toEqual([]);
  });

  it("keeps as many as charts have colours, the newest choices", () => {
    expect(withId([1, 2, 3, 4], 5)).toEqual([2, 3, 4, 5]);
    expect(toggledId([1, 2], 1)).toEqual([2]);
  });
});

describe("samples", () => {
  const results = [
    {
      step: 10,
      at: "",
      samples: [
        { prompt: "a", text: "one" },
        { prompt: "b", text: "x" },
      ],
    },
    { step: 20, at: "", samples: [{ prompt: "a", text: "two" }] },
    { step: 10, at: "", samples: [{ prompt: "a", text: "one again" }] },
  ];

  it("stand by prompt and step, a repeated step once", () => {
    const prompts = byPrompt(results);
    expect(prompts.map((each) => each.prompt)).toEqual(["a", "b"]);
    expect(prompts[0]?.states.map(({ step, sample }) => [step, sample.text])).toEqual([
      [10, "one again"],
      [20, "two"],
    ]);
    expect(sampledSteps(results)).toEqual([10, 20]);
  });

  it("the first and the newest step are compared unless others are asked for", () => {
    expect(comparedSteps([10, 20, 30], undefined, undefined)).toEqual([10, 30]);
    expect(comparedSteps([10, 20, 30], "20", "99")).toEqual([20, 30]);
  });
});

it("rows used are read from the job's result", () => {
  const counts = { given: 10, used: 8, dropped: 2, truncated: 1 };
  expect(usedRows({ facts: { rows: { train: counts, eval: null } } })).toEqual({ train: counts });
  expect(usedRows(null)).toBeNull();
});
