import { describe, expect, it } from "vitest";
import {
  capOf,
  formatUsd,
  modelWords,
  percentRange,
  percentWords,
  signed,
  signedWords,
  standingOf,
} from "./words";

const standing = {
  may_label: false,
  rule: "",
  trust: null,
  outdated: false,
  accuracy: null,
  consistency: null,
  pairs: null,
  cost_per_1000: null,
  measured_at: null,
};
const labelOf = (
  over: { trust?: number; may_label?: boolean; outdated?: boolean },
  gives: "votes" | "drafts" = "votes",
) => standingOf({ problem: "", gives, standing: { ...standing, ...over } }).label;

describe("what a judge may do", () => {
  it("is what its newest check allows", () => {
    expect(labelOf({})).toBe("Not measured");
    expect(labelOf({ trust: 3 })).toBe("May draft only");
    expect(labelOf({ trust: 3, may_label: true })).toBe("May label");
    expect(labelOf({ trust: 3, outdated: true })).toBe("Measured before a change");
  });

  it("is never to label where it gives drafts, and nothing where it cannot be asked", () => {
    expect(labelOf({ trust: 3 }, "drafts")).toBe("Gives drafts");
    expect(standingOf({ problem: "Gone.", gives: "votes", standing }).label).toBe("Cannot be asked");
  });
});

describe("figures", () => {
  const found = { estimate: 0.614, low: 0.54, high: 0.683 };

  it("carry their interval", () => {
    expect(percentWords(found)).toBe("61 % (54 – 68 %)");
    expect(percentRange(found, 1)).toBe("54.0 – 68.3 %");
    expect(percentWords({ estimate: 0.01, low: -0.03, high: 0.05 })).toBe("1 % (−3 % to 5 %)");
    expect(signedWords({ estimate: 0.12, low: -0.01, high: 0.25 })).toBe("+0.12 (−0.01 to +0.25)");
  });

  it("say so where nothing is known", () => {
    const unknown = { estimate: null, low: null, high: null };
    expect([percentWords(null), percentWords(unknown), signedWords(unknown)]).toEqual(["–", "–", "–"]);
    expect(percentWords({ estimate: 0.5, low: null, high: null })).toBe("50 %");
    expect(percentRange(unknown)).toBe("");
  });

  it("have no sign where they are nothing", () => {
    expect([signed(0), signed(-0.001), signed(-1.256), signed(2)]).toEqual([
      "0.00",
      "0.00",
      "−1.26",
      "+2.00",
    ]);
  });

  it("of money keep two digits that say something", () => {
    expect([0, 12.345, 0.123, 0.000456, null].map(formatUsd)).toEqual([
      "$0",
      "$12.35",
      "$0.12",
      "$0.00046",
      "–",
    ]);
  });
});

describe("a cap", () => {
  it("is an amount, or none", () => {
    expect(capOf(" ")).toEqual({ cap: null });
    expect(capOf("$2,5")).toEqual({ cap: "2.50" });
    expect(capOf("0.001")).toEqual({ cap: "0.01" });
  });

  it.each(["0", "-1", "much", "1e9"])("is not %o", (typed) => {
    expect(capOf(typed)).toHaveProperty("problem");
  });
});

describe("a model", () => {
  const models = [
    { source: "packaged" as const, model: {}, title: "Small", description: "", available: true },
    { source: "registered" as const, model: { id: 4 }, title: "Ours", description: "", available: true },
  ];

  it("is called as the list calls it", () => {
    expect(modelWords({ source: "packaged", model: { packaged: "x" } }, models)).toBe("Small");
    expect(modelWords({ source: "registered", model: { id: 4 } }, models)).toBe("Ours");
  });

  it("has a name though it is gone", () => {
    expect(modelWords({ source: "registered", model: { id: 5 } }, models)).toBe("Registered model 5");
    expect(modelWords({ source: "endpoint", model: { endpoint: "house", model: "qwen" } })).toBe(
      "qwen at house",
    );
  });
});
