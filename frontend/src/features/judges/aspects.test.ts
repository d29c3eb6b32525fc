import { describe, expect, it } from "vitest";
import { aspectProblem, aspectsIn, BLANK, nameOf, withBuiltIn, withOwn } from "./aspects";

const BUILT_IN = ["truthfulness", "honesty"];
const tone = { ...BLANK, title: "Tone of voice", description: "d", anchors: ["a", "b", "c", "d", "e"] };

describe("the aspects of a rubric", () => {
  it("keep the order of the built-in ones, whatever was ticked first", () => {
    const one = withBuiltIn([], BUILT_IN, "honesty", true);
    expect(withBuiltIn(one, BUILT_IN, "truthfulness", true)).toEqual(BUILT_IN);
    expect(withBuiltIn([...BUILT_IN, tone], BUILT_IN, "honesty", false)).toEqual(["truthfulness", tone]);
  });

  it("of the project's own are named by their titles, once", () => {
    const [, named] = withOwn(["honesty"], [tone]);
    expect(named).toMatchObject({ name: "tone_of_voice" });
    expect(withOwn([], [{ ...tone, name: "old_name", parts: [1] }])).toEqual([
      { ...tone, name: "old_name", parts: [1] },
    ]);
    expect([nameOf("3 Élan vital!"), nameOf("語調"), nameOf(" ")]).toEqual(["elan_vital", "aspect", ""]);
  });

  it("say what is missing", () => {
    expect(aspectProblem([])).toBe("Choose at least one aspect.");
    expect(aspectProblem(["honesty", BLANK])).toContain("Your aspect 1 needs");
    expect(aspectProblem(withOwn([], [tone, tone]))).toContain("Two aspects are called “tone_of_voice”");
    expect(aspectProblem(withOwn(["honesty"], [tone]))).toBeNull();
  });

  it("are read from what stands in the form", () => {
    expect(aspectsIn('["honesty"]')).toEqual(["honesty"]);
    expect([aspectsIn("[1]"), aspectsIn("{"), aspectsIn("{}")]).toEqual([null, null, null]);
  });
});
