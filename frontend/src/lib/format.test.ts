import { describe, expect, it } from "vitest";
import {
  countOf,
  formatBytes,
  formatCount,
  formatDuration,
  formatMs,
  formatNumber,
  formatPercent,
  formatRate,
  formatRelative,
  humanize,
  sentence,
} from "./format";

describe("numbers", () => {
  it("group thousands and say when there is none", () => {
    expect(formatCount(1234567)).toBe("1,234,567");
    expect(formatCount(null)).toBe("–");
    expect(countOf(1, "row")).toBe("1 row");
    expect(countOf(1204, "row")).toBe("1,204 rows");
    expect(countOf(2, "reply", "replies")).toBe("2 replies");
  });

  it("keep three digits and use a real minus", () => {
    expect(formatNumber(0.123456)).toBe("0.123");
    expect(formatNumber(-1.5)).toBe("−1.5");
    expect(formatNumber(0.00000123)).toBe("1.23e−6");
    expect(formatNumber(0)).toBe("0");
    expect(formatNumber(Number.NaN)).toBe("–");
    expect(formatPercent(0.4567, 1)).toBe("45.7 %");
  });

  it("scale bytes", () => {
    expect(formatBytes(0)).toBe("0 B");
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(1500)).toBe("1.5 kB");
    expect(formatBytes(123_456_789)).toBe("123 MB");
  });
});

describe("times", () => {
  it("say durations in the two units that matter", () => {
    expect(formatDuration(0.4)).toBe("< 1 s");
    expect(formatDuration(59.6)).toBe("1 min");
    expect(formatDuration(125)).toBe("2 min 5 s");
    expect(formatDuration(11_520)).toBe("3 h 12 min");
    expect(formatDuration(187_200)).toBe("2 d 4 h");
    expect(formatDuration(null)).toBe("–");
    expect(formatMs(8400)).toBe("8.4 s");
  });

  it("say rates per second, or per minute when slow", () => {
    expect(formatRate(1240.4, "rows")).toBe("1,240 rows/s");
    expect(formatRate(0.1, "steps")).toBe("6 steps/min");
    expect(formatRate(null, "rows")).toBe("–");
  });

  it("are relative to now", () => {
    const now = Date.parse("2026-03-01T12:00:00Z");
    expect(formatRelative("2026-03-01T11:59:50Z", now)).toBe("just now");
    expect(formatRelative("2026-03-01T11:57:00Z", now)).toBe("3 min ago");
    expect(formatRelative("2026-03-01T09:50:00Z", now)).toBe("2 h ago");
    expect(formatRelative("2026-02-27T12:00:00Z", now)).toBe("2 d ago");
    expect(formatRelative("2026-03-01T14:00:00Z", now)).toBe("in 2 h");
    expect(formatRelative("2026-01-01T12:00:00Z", now)).toBe("1 Jan 2026");
    expect(formatRelative("nonsense", now)).toBe("–");
  });
});

describe("words", () => {
  it("are made for people", () => {
    expect(humanize("both_bad")).toBe("both bad");
    expect(sentence("dataset.import")).toBe("Dataset import");
  });
});
