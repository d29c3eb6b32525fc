import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentenceAt, snap, wordAt } from "./snap";

function snapped(text: string, part: string, boundaries: "word" | "character" = "word"): string | null {
  const start = text.indexOf(part);
  const found = snap(text, { start, end: start + part.length }, boundaries);
  return found && text.slice(found.start, found.end);
}

describe("a mark", () => {
  it.each([
    ["grows to whole words", "one twenty three", "went", "twenty"],
    ["leaves blanks out", "one  two  three", "  two  ", "two"],
    ["stops at markdown's signs", "a **bold** b", "ol", "bold"],
    ["keeps numbers and letters together", "in 1871a, so", "87", "1871a"],
    ["takes combining marks with their letter", "the cafe\u0301s are", "afe", "cafe\u0301s"],
    ["takes families whole", "A 👨‍👩‍👧 here", "👨", "👨‍👩‍👧"],
    ["takes flags whole", "🇩🇪🇫🇷", "🇩🇪", "🇩🇪"],
    ["takes any characters of a script without blanks", "这是一个句子。", "一个", "一个"],
    ["keeps Thai vowels with their consonant", "น้ำขึ้นน้ำลง", "น้ำข", "น้ำขึ้"],
    ["works from right to left", "שלום עולם", "ול", "עולם"],
    ["keeps line ends whole", "a\r\nb", "a", "a"],
  ])("%s", (_what, text, part, expected) => {
    expect(snapped(text, part)).toBe(expected);
  });

  it("may cut words, but no character, where the question says so", () => {
    expect(snapped("twenty", "went", "character")).toBe("went");
    expect(snapped("cafe\u0301", "fe", "character")).toBe("fe\u0301");
  });

  it("is nothing when only blanks are selected", () => {
    expect(snapped("a  b", "  ")).toBeNull();
  });

  it("never cuts a word or a character and never begins or ends with a blank", () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    const text = fc
      .array(
        fc.constantFrom(
          "a",
          "bc",
          " ",
          "\n",
          "é",
          "e\u0301",
          "👨‍👩‍👧",
          "🇩🇪",
          ",",
          "**",
          "שלום",
          "1",
          "_",
          "\u0085",
        ),
        { minLength: 1, maxLength: 20 },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.nat(40), fc.nat(40), (source, a, b) => {
        const start = Math.min(a, b, source.length);
        const end = Math.min(Math.max(a, b), source.length);
        const found = snap(source, { start, end }, "word");
        if (!found) return;
        const borders = new Set([source.length, ...[...graphemes.segment(source)].map((each) => each.index)]);
        expect(borders.has(found.start) && borders.has(found.end)).toBe(true);
        const quote = source.slice(found.start, found.end);
        expect(quote).toBe(quote.replace(/^[\s\x85]+|[\s\x85]+$/g, ""));
        const word = /[\p{L}\p{N}\p{M}_]/u;
        for (const at of [found.start, found.end]) {
          const [before, after] = [[...source.slice(0, at)].at(-1) ?? "", [...source.slice(at)][0] ?? ""];
          expect(word.test(before) && word.test(after)).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("without a selection", () => {
  it("is a word of a script without blanks", () => {
    const text = "月亮引起潮汐。";
    expect(wordAt(text, 1)).toEqual({ start: 0, end: 2 });
    expect(wordAt(text, 6)).toEqual({ start: 6, end: 7 });
  });

  it("the word at the caret is meant, or the one just before it", () => {
    const text = "one two";
    expect(wordAt(text, 5)).toEqual({ start: 4, end: 7 });
    expect(wordAt(text, 3)).toEqual({ start: 0, end: 3 });
    expect(wordAt(text, 7)).toEqual({ start: 4, end: 7 });
    expect(wordAt("a  b", 2)).toBeNull();
    expect(wordAt("", 0)).toBeNull();
  });

  it("the sentence at the caret is meant, without what markdown puts before it", () => {
    const text = "> - First one. Second one.\n\nOther.";
    const at = (caret: number) => {
      const found = sentenceAt(text, caret);
      return found && text.slice(found.start, found.end);
    };
    expect(at(0)).toBe("First one.");
    expect(at(16)).toBe("Second one.");
    expect(at(27)).toBeNull();
    expect(at(text.length)).toBe("Other.");
  });
});
