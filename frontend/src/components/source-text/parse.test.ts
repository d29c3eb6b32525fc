import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderMarkdown } from "@/components/markdown";
import { parseSource } from "./parse";
import { SAMPLES } from "./sample-texts";
import { type Piece, piecesOf } from "./tree";

/** What a unit of the source means, worked out independently of the parser. */
function decoded(source: string): string {
  if (/^(?: *|\\)\r?\n[ \t>]*$/.test(source)) return "\n";
  const escaped = /^\\([!-/:-@[-`{-~])$/.exec(source);
  if (escaped) return escaped[1] ?? "";
  const area = document.createElement("textarea");
  area.innerHTML = source;
  return area.value;
}

function tex(source: string): string {
  const lines = /^(?:\$\$|\\\[|\\\(|\$)([\s\S]*?)(?:\$\$|\\\]|\\\)|\$)$/.exec(source)?.[1] ?? "?";
  return lines.replace(/\n[> ]*/g, "\n").trim();
}

function check(text: string, pieces: Piece[]): void {
  let last = 0;
  for (const piece of pieces) {
    expect(piece.start).toBeGreaterThanOrEqual(last);
    const source = text.slice(piece.start, piece.end);
    if (piece.kind === "text") expect(piece.text).toBe(source);
    else if (piece.kind === "math") expect(piece.text.replace(/\n[> ]*/g, "\n")).toBe(tex(source));
    else if (piece.kind === "made") expect([piece.end, piece.text.trim()]).toEqual([piece.start, ""]);
    else expect([" ", decoded(source)]).toContain(piece.text);
    if (piece.kind !== "made") expect(piece.end).toBeGreaterThan(piece.start);
    last = piece.end;
  }
}

/** Words as a reader sees them, without the blanks that structure makes. */
function words(text: string): string {
  return text.replace(/\s+/g, "");
}

function plainWords(text: string): string {
  const root = document.createElement("div");
  root.innerHTML = renderMarkdown(text);
  return words(root.textContent ?? "");
}

const DIFFERENT = ["bad links", "pictures", "lone surrogates", "a table", "a formula in a quote"];

describe("pieces", () => {
  it.each(SAMPLES)("say what the source says at their place: %s", (_name, text) => {
    check(text, piecesOf(parseSource(text)));
  });

  it.each(
    // Where the two differ, this one is right: cells beyond a table's head and a quote's signs in formulas.
    SAMPLES.filter(([name]) => !DIFFERENT.includes(name)),
  )("are the words of the plain renderer: %s", (_name, text) => {
    const shown = piecesOf(parseSource(text)).map((piece) => piece.text);
    expect(words(shown.join(""))).toBe(plainWords(text.replace(/^\uFEFF/, "")));
  });

  it("stay exact in whatever order markdown's signs come", () => {
    const token = fc.constantFrom(
      ..."*|**|_|`|``|~~|$|$$|\\(|\\)|\\[|\\]|[|](http://x.example)|!|<|>|&amp;|&#65;|\\|\n|\n\n|  \n|\r\n|\t|    |- |1. |> |# ||---|\n```\n|| a |\n|-|\n|👨‍👩‍👧|e\u0301|שלום|word| |x1".split(
        "|",
      ),
      "|",
      "| a | b |\n|-|-|\n| ",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        const text = tokens.join("");
        check2(text);
      }),
      { numRuns: 400 },
    );
  });
});

/** As `check`, but without saying what each unit means: only that text is exact and places ascend. */
function check2(text: string): void {
  let last = 0;
  for (const piece of piecesOf(parseSource(text))) {
    expect(piece.start).toBeGreaterThanOrEqual(last);
    expect(piece.end).toBeLessThanOrEqual(text.length);
    if (piece.kind === "text") expect(piece.text).toBe(text.slice(piece.start, piece.end));
    last = piece.end;
  }
}

describe("formulas", () => {
  it("are units, and money is none", () => {
    const pieces = piecesOf(parseSource("Let $x$ cost $5 and $10, \\[y\\]."));
    expect(pieces.filter((piece) => piece.kind === "math")).toEqual([
      { kind: "math", start: 4, end: 7, text: "x", display: false },
      { kind: "math", start: 25, end: 30, text: "y", display: true },
    ]);
  });

  it("may fill several lines with blank ones between", () => {
    expect(piecesOf(parseSource("$$\na\n\n# b\n$$\nc"))[0]).toEqual({
      kind: "math",
      start: 0,
      end: 12,
      text: "a\n\n# b",
      display: true,
    });
  });
});

describe("links", () => {
  it("lead only to the web or a mail program", () => {
    const found = JSON.stringify(parseSource("[a](javascript:alert(1)) [b](/api/) [c](data:x) ![d](/e)"));
    expect(found.match(/"href":null/g)).toHaveLength(4);
    expect(found).not.toMatch(/"href":"/);
  });
});
