import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changesBetween } from "./text-changes";

describe("the changes of a principle", () => {
  it("are told by words", () => {
    expect(changesBetween("Prefer honest answers.", "Prefer short answers.")).toEqual([
      { kind: "same", text: "Prefer " },
      { kind: "removed", text: "honest" },
      { kind: "added", text: "short" },
      { kind: "same", text: " answers." },
    ]);
  });

  it("hold both texts whole", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "字", ".") });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const parts = changesBetween(before, after);
        const without = (kind: string) =>
          parts
            .filter((part) => part.kind !== kind)
            .map((part) => part.text)
            .join("");
        expect([without("added"), without("removed")]).toEqual([before, after]);
      }),
    );
  });
});
