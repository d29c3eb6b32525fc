import { describe, expect, it } from "vitest";
import {
  chipsOf,
  FILTER_NAMES,
  formatNumberFilter,
  parseNumberFilter,
  predicateOf,
  withoutFilters,
} from "./filters";

describe("filters in the address", () => {
  it("are nothing when there are none", () => {
    expect(predicateOf({ version: "2", row: "abc" })).toBeNull();
    expect(chipsOf({ version: "2" })).toEqual([]);
  });

  it("become the server's predicate", () => {
    expect(predicateOf({ text: " sky " })).toEqual({ field: "text", op: "contains", value: "sky" });
    expect(predicateOf({ text: "sky", outcome: "tie", n_labels: "ge:2", turns: "1" })).toEqual({
      and: [
        { field: "text", op: "contains", value: "sky" },
        { field: "outcome", op: "eq", value: "tie" },
        { field: "n_labels", op: "ge", value: 2 },
        { field: "turns", op: "eq", value: 1 },
      ],
    });
  });

  it("become chips that name the same filters", () => {
    const search = { text: "sky", outcome: "both_bad", source: "human", n_labels: "le:3" };
    expect(chipsOf(search)).toEqual([
      { name: "text", label: "Text contains “sky”" },
      { name: "outcome", label: "Outcome: both bad" },
      { name: "source", label: "Label from: people" },
      { name: "n_labels", label: "Labels ≤ 3" },
    ]);
  });

  it("ignore what nobody could have chosen", () => {
    const broken = { outcome: "maybe", n_labels: "ge:many", turns: "-1", n_responses: "2; drop" };
    expect(predicateOf(broken)).toBeNull();
    expect(chipsOf(broken)).toEqual([]);
  });

  it("lose one filter with its chip and all with clear", () => {
    const search: Record<string, string | undefined> = { text: "sky", outcome: "tie" };
    const without = { ...search, [chipsOf(search)[0]?.name ?? ""]: undefined };
    expect(predicateOf(without)).toEqual({ field: "outcome", op: "eq", value: "tie" });
    expect(predicateOf({ ...search, ...withoutFilters() })).toBeNull();
    expect(Object.keys(withoutFilters())).toEqual(FILTER_NAMES);
  });

  it.each(["2", "ge:0", "le:14"])("read and write %s the same", (text) => {
    const filter = parseNumberFilter(text);
    expect(filter && formatNumberFilter(filter)).toBe(text);
  });
});
