import { act, cleanup, render } from "@testing-library/react";
import fc from "fast-check";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { markIdsAt, offsetsToRange, preloadSourceText, rangeToOffsets, type SourceMark, SourceText } from ".";
import { parseSource } from "./parse";
import { SAMPLES } from "./sample-texts";
import { type Piece, piecesOf } from "./tree";

beforeAll(async () => {
  await preloadSourceText();
});

function show(text: string, marks: SourceMark[] = []): HTMLElement {
  const { container } = render(<SourceText text={text} marks={marks} />);
  return container.firstElementChild as HTMLElement;
}

/** Every place in the source where a selection may begin or end: each unit of exact text, the borders of the rest. */
function places(pieces: Piece[]): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const piece of pieces) {
    if (piece.kind === "made" || piece.text === "") continue;
    const inside =
      piece.kind === "text" ? Array.from(piece.text, (_each, index) => piece.start + index) : [piece.start];
    starts.push(...inside);
    ends.push(...inside.slice(1), piece.end);
  }
  return { starts, ends };
}

const VISIBLE = SAMPLES.filter(([, text]) => text.trim() !== "");

describe("selection and offsets", () => {
  it.each(VISIBLE)("name the same part there and back: %s", (_name, text) => {
    const { starts, ends } = places(piecesOf(parseSource(text)));
    const root = show(text);
    fc.assert(
      fc.property(fc.nat(starts.length - 1), fc.nat(ends.length - 1), (from, to) => {
        const start = starts[Math.min(from, to)] ?? 0;
        const end = ends[Math.max(from, to)] ?? 0;
        const range = offsetsToRange(root, start, end);
        expect(range && rangeToOffsets(root, range)).toEqual({ start, end });
      }),
      { numRuns: 40 },
    );
  });

  it.each(VISIBLE)("name the same part under marks: %s", (_name, text) => {
    const { starts, ends } = places(piecesOf(parseSource(text)));
    const third = Math.floor(starts.length / 3);
    const marks = [
      { id: "a", start: starts[third] ?? 0, end: ends[2 * third] ?? 0, tone: 0, label: "1" },
      { id: "b", start: starts[0] ?? 0, end: ends[third + 1] ?? ends.at(-1) ?? 0, tone: 1 },
    ];
    const root = show(text, marks);
    const [start, end] = [starts[third] ?? 0, ends.at(-1) ?? 0];
    const range = offsetsToRange(root, start, end);
    expect(range && rangeToOffsets(root, range)).toEqual({ start, end });
    for (const mark of marks) {
      const drawn = offsetsToRange(root, mark.start, mark.end);
      expect(drawn && rangeToOffsets(root, drawn)).toEqual({ start: mark.start, end: mark.end });
    }
  });

  it("keep the text of a selection equal to the source where nothing is decoded", () => {
    const text = "A 👨‍👩‍👧 family, cafe\u0301, and **bold words** here.";
    const root = show(text);
    const start = text.indexOf("👨");
    const range = offsetsToRange(root, start, text.indexOf(","));
    expect(range?.toString()).toBe("👨‍👩‍👧 family");
    expect(range && rangeToOffsets(root, range)).toEqual({ start, end: text.indexOf(",") });
  });

  it("move off markdown's own signs, inwards", () => {
    const text = "x **bold** y";
    const root = show(text);
    const range = offsetsToRange(root, 2, 10);
    expect(range?.toString()).toBe("bold");
    expect(range && rangeToOffsets(root, range)).toEqual({ start: 4, end: 8 });
  });

  it("take a selection from one paragraph to the start of the next as ending with the first", () => {
    const text = "first para\n\nsecond para";
    const root = show(text);
    const [one, two] = root.querySelectorAll("p");
    const range = document.createRange();
    range.setStart(one as Node, 0);
    range.setEnd(two as Node, 0);
    expect(rangeToOffsets(root, range)).toEqual({ start: 0, end: 10 });
  });

  it("leave out what lies outside the text", () => {
    const root = show("inside words");
    root.before("before ");
    root.after(" after");
    const range = document.createRange();
    range.selectNodeContents(document.body);
    expect(rangeToOffsets(root, range)).toEqual({ start: 0, end: 12 });
    range.setEnd(root, 0);
    expect(rangeToOffsets(root, range)).toBeNull();
  });

  it("take a formula and an entity whole", () => {
    const text = "a $x^2$ b &amp; c";
    const root = show(text);
    for (const [start, end] of [
      [2, 7],
      [10, 15],
    ] as const) {
      const range = offsetsToRange(root, start + 1, end - 1);
      expect(range && rangeToOffsets(root, range)).toEqual({ start, end });
    }
  });
});

describe("drawing", () => {
  it.each(SAMPLES)("shows the same words with and without marks: %s", (_name, text) => {
    const bare = show(text).textContent;
    cleanup();
    const marks = Array.from({ length: 6 }, (_each, index) => ({
      id: String(index),
      start: Math.floor((text.length * index) / 8),
      end: Math.floor((text.length * (index + 3)) / 8),
      tone: index,
    }));
    expect(show(text, marks).textContent).toBe(bare);
  });

  it("nests overlapping marks and names them innermost first", () => {
    const root = show("one two three four", [
      { id: "long", start: 0, end: 13, label: "1", tone: 0 },
      { id: "short", start: 4, end: 7, label: "2", tone: 1 },
    ]);
    const inner = root.querySelector('[data-mark="short"]');
    expect(inner?.textContent).toBe("two");
    expect(inner && markIdsAt(root, inner)).toEqual(["short", "long"]);
  });

  it("prints a mark's label once, at its first visible character", () => {
    const root = show("**a** b\n\nc d", [{ id: "m", start: 0, end: 12, label: "3", tone: 2 }]);
    const labels = root.querySelectorAll('[data-label="3"]');
    expect(labels).toHaveLength(1);
    expect(labels[0]?.textContent).toBe("a");
  });

  it("draws only the blocks again that a mark touches", () => {
    const text = "one\n\ntwo\n\nthree";
    const { container, rerender } = render(<SourceText text={text} marks={[]} />);
    const before = container.querySelectorAll("p");
    const changed: Node[] = [];
    const observer = new MutationObserver((records) => changed.push(...records.map((each) => each.target)));
    observer.observe(container, { subtree: true, childList: true, attributes: true, characterData: true });
    rerender(<SourceText text={text} marks={[{ id: "m", start: 5, end: 8, tone: 0 }]} />);
    changed.push(...observer.takeRecords().map((each) => each.target));
    expect(changed.length).toBeGreaterThan(0);
    for (const node of changed) expect(before[1]?.contains(node)).toBe(true);
  });

  it("makes no elements of raw HTML and no links to bad addresses", () => {
    const root = show("<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](javascript:z) <b>b</b>");
    expect(root.querySelector("img,b,script,a")).toBeNull();
    expect(root.textContent).toContain("<img src=x onerror=alert(1)>");
  });

  it("makes links that tell the other side nothing", () => {
    const link = show("[docs](https://example.org)").querySelector("a");
    expect(link?.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(link?.target).toBe("_blank");
  });
});

describe("telling of selections", () => {
  it("says what is selected in this text, and when nothing is", async () => {
    vi.spyOn(window, "requestAnimationFrame").mockImplementation((run) => {
      run(0);
      return 0;
    });
    const told = vi.fn();
    const { container } = render(<SourceText text="one two" onSelect={told} />);
    const root = container.firstElementChild as HTMLElement;
    const range = offsetsToRange(root, 4, 7) as Range;
    const selection = document.getSelection();
    await act(async () => {
      selection?.removeAllRanges();
      selection?.addRange(range);
      document.dispatchEvent(new Event("selectionchange"));
    });
    expect(told).toHaveBeenLastCalledWith({ start: 4, end: 7 });
    selection?.removeAllRanges();
    document.dispatchEvent(new Event("selectionchange"));
    expect(told).toHaveBeenLastCalledWith(null);
  });
});
