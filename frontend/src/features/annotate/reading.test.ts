import { describe, expect, it } from "vitest";
import { ReadingTracker, shareInSight } from "./reading";
import { ItemTimer } from "./timer";

const box = (top: number, bottom: number, left = 0, right = 400) => ({ top, bottom, left, right });
const screen = box(0, 800, 0, 1000);

describe("what of a text is in sight", () => {
  it.each([
    ["all of a short text", box(100, 300), 1],
    ["the upper half of a long one", box(0, 1600), 0.5],
    ["the rest after scrolling", box(-800, 800), 1],
    ["the end, but for a rounding", box(-800, 803), 1],
    ["nothing of one below", box(900, 1000), 0],
    ["nothing of one scrolled past", box(-300, -10), 0],
    ["nothing of the next pane on a phone", box(0, 300, 900, 1300), 0],
    ["nothing of an empty one", box(10, 10), 0],
  ])("%s", (_name, text, share) => expect(shareInSight(text, screen)).toBeCloseTo(share));
});

describe("the reading of an item", () => {
  it("keeps the furthest share of each text, the first answer and the idle time", () => {
    const time = { at: 0 };
    const timer = new ItemTimer(() => time.at);
    const tracker = new ReadingTracker(timer);
    tracker.saw("a", 0.4);
    tracker.saw("a", 1);
    tracker.saw("a", 0.2);
    tracker.saw("b", 0.33333);
    time.at = 4_000;
    tracker.answered();
    time.at = 9_000;
    tracker.answered();
    timer.pause();
    time.at = 20_000;
    expect(tracker.read()).toEqual({
      idle_ms: 11_000,
      first_answer_ms: 4_000,
      seen: { a: 1, b: 0.333 },
      reached_end: ["a"],
    });
  });

  it("says nothing of an answer that was not given", () => {
    expect(new ReadingTracker(new ItemTimer(() => 0)).read()).toEqual({
      idle_ms: 0,
      seen: {},
      reached_end: [],
    });
  });
});
