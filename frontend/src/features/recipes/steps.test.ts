import { describe, expect, it } from "vitest";
import {
  changeSteps,
  FIRST_STEPS,
  historyOf,
  newStep,
  problemsOf,
  type StepChange,
  sameSteps,
} from "./steps";

const run = (...changes: StepChange[]) => changes.reduce(changeSteps, historyOf(FIRST_STEPS));
const types = (...changes: StepChange[]) => run(...changes).steps.map((step) => step.type);

describe("changeSteps", () => {
  it("adds filters at the end and the label policy at the front", () => {
    expect(
      types({ kind: "add", step: newStep("signal_margin", 3) }, { kind: "add", step: newStep("labels") }),
    ).toEqual(["labels", "strength", "signal_margin"]);
  });

  it("moves a step, but never past the label policy", () => {
    const three: StepChange[] = [
      { kind: "add", step: newStep("signal_margin", 3) },
      { kind: "add", step: newStep("labels") },
    ];
    expect(types(...three, { kind: "move", index: 2, by: -1 })).toEqual([
      "labels",
      "signal_margin",
      "strength",
    ]);
    expect(types(...three, { kind: "move", index: 1, by: -1 })).toEqual([
      "labels",
      "strength",
      "signal_margin",
    ]);
    expect(types(...three, { kind: "move", index: 2, by: 1 })).toEqual([
      "labels",
      "strength",
      "signal_margin",
    ]);
  });

  it("takes back and brings back every change", () => {
    const edited = run(
      { kind: "edit", index: 0, patch: { min_strength: 2 } },
      { kind: "duplicate", index: 0 },
      { kind: "remove", index: 0 },
    );
    expect(edited.steps).toEqual([{ ...FIRST_STEPS[0], min_strength: 2 }]);
    const undone = [1, 2, 3].reduce((history) => changeSteps(history, { kind: "undo" }), edited);
    expect(undone.steps).toEqual(FIRST_STEPS);
    expect(changeSteps(undone, { kind: "undo" })).toBe(undone);
    const redone = [1, 2, 3].reduce((history) => changeSteps(history, { kind: "redo" }), undone);
    expect(redone.steps).toEqual(edited.steps);
  });

  it("forgets what was undone once something else changes", () => {
    const history = run(
      { kind: "remove", index: 0 },
      { kind: "undo" },
      { kind: "edit", index: 0, patch: { drop_ties: false } },
    );
    expect(history.future).toEqual([]);
  });
});

describe("problemsOf", () => {
  it("names what the server would refuse", () => {
    const steps = [
      newStep("signal_margin"),
      { type: "signal_margin", signal: 1, min: 2, max: 1, missing: "review" },
      { type: "labels", precedence: [] },
      newStep("strength"),
    ];
    expect([...problemsOf(steps).keys()]).toEqual([0, 1, 2]);
  });
});

describe("saving", () => {
  const [first] = FIRST_STEPS;

  it("knows what was saved again, whatever the order of its parameters", () => {
    const reordered = { drop_both_bad: true, drop_ties: true, min_strength: 1, type: "strength" };
    expect(sameSteps(FIRST_STEPS, [reordered])).toBe(true);
    expect(sameSteps(FIRST_STEPS, [{ ...reordered, min_strength: 2 }])).toBe(false);
  });

  it("takes over what the server filled in, unless something was changed meanwhile", () => {
    const filled = [newStep("labels"), { type: "strength", ...first }];
    const saved: StepChange = { kind: "saved", sent: FIRST_STEPS, steps: filled };
    expect(run(saved).steps).toBe(filled);
    const edited = run({ kind: "edit", index: 0, patch: { min_strength: 3 } }, saved);
    expect(edited.steps[0]?.min_strength).toBe(3);
  });
});
