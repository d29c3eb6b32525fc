import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countCodePoints, fromCodePoint, sliceCodePoints, toCodePoint } from "./offsets";
import { textHash } from "./text-hash";

const anyText = fc.string({ unit: "grapheme", maxLength: 60 });

describe("code points", () => {
  it("count an emoji as one and a family as its members", () => {
    expect(toCodePoint("a👍b", 3)).toBe(2);
    expect(fromCodePoint("a👍b", 2)).toBe(3);
    expect(countCodePoints("👨‍👩‍👧")).toBe(5);
    expect(sliceCodePoints("x👍y🎉z", 1, 4)).toBe("👍y🎉");
  });

  it("agree with counting one by one, there and back", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const points = [...text];
        expect(countCodePoints(text)).toBe(points.length);
        let offset = 0;
        points.forEach((point, index) => {
          expect(toCodePoint(text, offset)).toBe(index);
          expect(fromCodePoint(text, index)).toBe(offset);
          offset += point.length;
        });
        expect(fromCodePoint(text, points.length)).toBe(text.length);
      }),
    );
  });

  it("stay within the text", () => {
    expect(toCodePoint("ab", 9)).toBe(2);
    expect(fromCodePoint("ab", 9)).toBe(2);
    expect(fromCodePoint("ab", -1)).toBe(0);
  });
});

describe("the hash of a text", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    // sha256 of the UTF-8 of "é👍", as Python's hashlib says it.
    ["é👍", "1145171237b5f38218853d82e7837edaa7895304dd2ffb40daf9d3cce579392f"],
  ])("of %j is SHA-256 of its UTF-8", (text, hash) => {
    expect(textHash(text)).toBe(hash);
  });
});
