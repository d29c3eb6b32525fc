import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conditionsOf, conditionWords, textsOf, valuesOf } from "./conditions";

const value = fc
  .string({ unit: fc.constantFrom(...'ab,"=\n 字'), minLength: 1, maxLength: 6 })
  .map((each) => each.trim())
  .filter((each) => each !== "");
const values = fc.uniqueArray(value, { minLength: 1, maxLength: 3 });
const conditions = fc.record(
  { tags: values, keywords: values, metadata: fc.dictionary(value, values, { minKeys: 1, maxKeys: 3 }) },
  { requiredKeys: [] },
);

describe("conditions in the editor", () => {
  it("come back as they were, whatever their signs", () => {
    fc.assert(
      fc.property(conditions, (given) => {
        expect(conditionsOf(textsOf(given))).toEqual({ conditions: given });
      }),
    );
  });

  it("take whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a,"= \n') }), (text) => {
        expect(valuesOf(text).every((each) => each.trim() !== "")).toBe(true);
        conditionsOf({ tags: text, keywords: text, metadata: text });
      }),
    );
  });

  it("are read from commas and lines", () => {
    const typed = { tags: "medical, , legal,", keywords: "", metadata: "language = de, fr\n\nturns=3\n" };
    expect(conditionsOf(typed)).toEqual({
      conditions: { tags: ["medical", "legal"], metadata: { language: ["de", "fr"], turns: ["3"] } },
    });
  });

  it.each(["language", "= de", "language = ,"])("say what is wrong with %j", (metadata) => {
    expect(conditionsOf({ tags: "", keywords: "", metadata }).fault).toBe(
      `“${metadata}”: write a key, an equals sign and its values.`,
    );
  });

  it("are said in words", () => {
    expect(conditionWords({})).toEqual([]);
    expect(
      conditionWords({ tags: ["medical"], keywords: ["dose", "pill"], metadata: { language: ["de"] } }),
    ).toEqual(["tagged medical", "language is de", "prompt mentions dose or pill"]);
  });
});
