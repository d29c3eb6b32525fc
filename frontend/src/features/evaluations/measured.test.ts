import { describe, expect, it } from "vitest";
import { boundsWords, intervalWords, measuredOf, namedOf } from "./measured";

describe("numbers of an evaluation", () => {
  it("are read with their bounds, and nothing is made up where there are none", () => {
    expect(measuredOf({ value: 0.5, low: 0.4, high: 0.6, n: 9 })).toEqual({
      value: 0.5,
      low: 0.4,
      high: 0.6,
      n: 9,
    });
    expect(measuredOf({ value: null })).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(measuredOf({ slope: 1 })).toBeNull();
    expect(measuredOf(null)).toBeNull();
  });

  it("of a list keep their names, and one without a name is the whole set", () => {
    const list = [{ name: "chat", value: 1, n: 2 }, { name: "", value: 0, n: 3 }, { note: "none" }];
    expect(namedOf(list).map(({ name, n }) => [name, n])).toEqual([
      ["chat", 2],
      ["All", 3],
    ]);
    expect(namedOf("nothing")).toEqual([]);
  });

  it("are said as shares or as they are", () => {
    expect(intervalWords({ estimate: 0.5, low: 0.4, high: 0.6 })).toBe("50.0 % (40.0 % to 60.0 %)");
    expect(intervalWords({ estimate: 2, low: null, high: null }, false)).toBe("2");
    expect(intervalWords({ estimate: null, low: null, high: null })).toBe("not measured");
    expect(boundsWords({ value: 1, low: null, high: null, n: 1 })).toBeUndefined();
  });
});
