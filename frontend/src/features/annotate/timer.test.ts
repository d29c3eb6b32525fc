import { describe, expect, it } from "vitest";
import { formatClock } from "./clock";
import { IDLE_AFTER_MS, ItemTimer } from "./timer";

function clock() {
  const time = { at: 0 };
  return { time, timer: new ItemTimer(() => time.at) };
}

describe("ItemTimer", () => {
  it("counts all time while somebody is there", () => {
    const { time, timer } = clock();
    for (time.at = 0; time.at <= 10_000; time.at += 1000) timer.touch();
    time.at = 10_000;
    expect(timer.read()).toEqual({ duration_ms: 10_000, active_ms: 10_000 });
  });

  it("stands still after half a minute without a sign", () => {
    const { time, timer } = clock();
    time.at = 5_000;
    timer.touch();
    time.at = 600_000;
    expect(timer.isIdle).toBe(true);
    expect(timer.read()).toEqual({ duration_ms: 600_000, active_ms: 5_000 + IDLE_AFTER_MS });
    timer.touch();
    expect(timer.isIdle).toBe(false);
    time.at = 601_000;
    expect(timer.read().active_ms).toBe(5_000 + IDLE_AFTER_MS + 1_000);
  });
});

describe("a paused clock", () => {
  it("stands still until somebody goes on, whatever moves meanwhile", () => {
    const { time, timer } = clock();
    time.at = 2_000;
    timer.pause();
    time.at = 50_000;
    timer.touch();
    expect(timer.isPaused).toBe(true);
    expect(timer.read()).toEqual({ duration_ms: 50_000, active_ms: 2_000 });
    timer.resume();
    time.at = 53_000;
    timer.touch();
    expect(timer.read()).toEqual({ duration_ms: 53_000, active_ms: 5_000 });
  });

  it("also stands while the page is out of sight, up to the next sign of somebody", () => {
    const { time, timer } = clock();
    time.at = 1_000;
    timer.leave();
    time.at = 11_000;
    expect(timer.isIdle).toBe(true);
    timer.touch();
    time.at = 12_000;
    expect(timer.read()).toEqual({ duration_ms: 12_000, active_ms: 2_000 });
  });
});

describe("formatClock", () => {
  it.each([
    [0, "0:00"],
    [59, "0:59"],
    [134, "2:14"],
    [3600, "60:00"],
  ])("%i seconds is %s", (seconds, text) => expect(formatClock(seconds)).toBe(text));
});
