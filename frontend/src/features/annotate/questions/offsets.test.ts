import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countCodePoints, fromCodePoint, sliceCodePoints, toCodePoint } from "./offsets";

describe("offsets", () => {
  it("count an emoji once, though JavaScript counts it twice", () => {
    const text = "a🙂b👩‍👩‍👧c";
    expect(countCodePoints(text)).toBe(9);
    expect(toCodePoint(text, text.indexOf("b"))).toBe(2);
    expect(fromCodePoint(text, 2)).toBe(3);
    expect(sliceCodePoints(text, 1, 3)).toBe("🙂b");
  });

  it("move back to the beginning of a pair, and never leave the text", () => {
    expect(toCodePoint("🙂b", 1)).toBe(0);
    expect(toCodePoint("🙂b", 99)).toBe(2);
    expect(fromCodePoint("🙂b", 99)).toBe(3);
    expect(fromCodePoint("🙂b", -1)).toBe(0);
  });

  it("agree with counting characters one by one, there and back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const points = [...text];
        let units = 0;
        for (let index = 0; index <= points.length; index += 1) {
          expect(fromCodePoint(text, index)).toBe(units);
          expect(toCodePoint(text, units)).toBe(index);
          units += points[index]?.length ?? 0;
        }
      }),
    );
  });
});
