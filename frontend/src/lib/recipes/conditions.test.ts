import { describe, expect, it } from "vitest";
import {
  type Condition,
  conditionsOf,
  conditionsProblem,
  conditionsWords,
  whereOf,
  withField,
} from "./conditions";

const cats: Condition = { field: "prompt", op: "contains", value: "cat" };
const long: Condition = { field: "turns", op: "ge", value: 2 };

describe("a filter of rows", () => {
  it("is lines where it is flat, and reads back the same", () => {
    expect(conditionsOf(whereOf({ joined: "or", conditions: [cats, long] }))).toEqual({
      joined: "or",
      conditions: [cats, long],
    });
    expect(conditionsOf(cats)).toEqual({ joined: "and", conditions: [cats] });
    expect(conditionsOf({})).toEqual({ joined: "and", conditions: [] });
  });

  it("is left as it is where it is nested, or names what lines do not know", () => {
    const nested = { and: [cats, { not: long }] };
    expect(conditionsOf(nested)).toBeNull();
    expect(conditionsOf({ field: "record_id", op: "eq", value: "x" })).toBeNull();
    expect(conditionsProblem(nested)).toBeNull();
    expect(conditionsWords(nested)).toBe("a filter written elsewhere");
  });

  it("says what is missing", () => {
    expect(conditionsProblem({})).toBe("Say which rows.");
    expect(conditionsProblem({ and: [{ ...cats, value: "" }] })).toBe("Say what to compare with.");
    expect(conditionsProblem({ and: [{ ...cats, field: "metadata." }] })).toBe(
      "Name the key of the metadata.",
    );
    expect(conditionsProblem({ and: [cats] })).toBeNull();
  });

  it("is said in words", () => {
    expect(conditionsWords({ and: [cats, long] })).toBe("prompt contains “cat” and turns at least 2");
    expect(conditionsWords({ field: "metadata.topic", op: "eq", value: "law" })).toBe("topic is “law”");
  });

  it("keeps what another field understands too", () => {
    expect(withField(cats, "response")).toEqual({ field: "response", op: "contains", value: "cat" });
    expect(withField(cats, "turns")).toEqual({ field: "turns", op: "ge", value: null });
    expect(withField(cats, "outcome")).toEqual({ field: "outcome", op: "eq", value: "preference" });
    expect(withField(long, "n_labels")).toEqual({ field: "n_labels", op: "ge", value: 2 });
  });
});
