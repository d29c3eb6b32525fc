import { describe, expect, it } from "vitest";
import type { RecipeStep, RecipeStepKind, Signal } from "@/lib/api/types";
import { newStep } from "./new-step";
import { isOpenFilter, previewable, problemsOf } from "./problems";
import { changeSteps, FIRST_STEPS, historyOf, keyOf, type StepChange, sameSteps } from "./steps";

const run = (...changes: StepChange[]) => changes.reduce(changeSteps, historyOf(FIRST_STEPS));
const types = (...changes: StepChange[]) => run(...changes).steps.map((step) => step.type);

describe("changeSteps", () => {
  it("adds filters at the end and the label policy at the front", () => {
    expect(
      types({ kind: "add", step: newStep("signal_margin") }, { kind: "add", step: newStep("labels") }),
    ).toEqual(["labels", "strength", "signal_margin"]);
  });

  it("moves a step, but never past the label policy", () => {
    const three: StepChange[] = [
      { kind: "add", step: newStep("signal_margin") },
      { kind: "add", step: newStep("labels") },
    ];
    expect(types(...three, { kind: "move", index: 2, to: 1 })).toEqual([
      "labels",
      "signal_margin",
      "strength",
    ]);
    expect(types(...three, { kind: "move", index: 1, to: 0 })).toEqual([
      "labels",
      "strength",
      "signal_margin",
    ]);
    expect(types(...three, { kind: "move", index: 2, to: 3 })).toEqual([
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

describe("steps in their places", () => {
  it("makes pairs right after the labels, and moves nothing before that", () => {
    const made: StepChange[] = [
      { kind: "add", step: newStep("labels") },
      { kind: "add", step: newStep("make_pairs") },
    ];
    expect(types(...made)).toEqual(["labels", "make_pairs", "strength"]);
    expect(types(...made, { kind: "move", index: 2, to: 1 })).toEqual(["labels", "make_pairs", "strength"]);
    expect(types(...made, { kind: "duplicate", index: 1 })).toEqual(["labels", "make_pairs", "strength"]);
  });

  it("moves a step over several others at once", () => {
    const added = ["filter", "dedup", "select"].map(
      (type): StepChange => ({ kind: "add", step: newStep(type) }),
    );
    expect(types(...added, { kind: "move", index: 3, to: 0 })).toEqual([
      "select",
      "strength",
      "filter",
      "dedup",
    ]);
    expect(types(...added, { kind: "move", index: 0, to: 2 })).toEqual([
      "filter",
      "dedup",
      "strength",
      "select",
    ]);
  });

  it("knows a step again after it was moved, edited or saved, but not its copy", () => {
    const [first] = FIRST_STEPS;
    const key = keyOf(first as RecipeStep);
    const edited = run(
      { kind: "edit", index: 0, patch: { min_strength: 2 } },
      { kind: "duplicate", index: 0 },
    );
    expect(keyOf(edited.steps[0] as RecipeStep)).toBe(key);
    expect(keyOf(edited.steps[1] as RecipeStep)).not.toBe(key);
    const filled = [newStep("labels"), { ...first, type: "strength" }];
    const saved = run({ kind: "saved", sent: FIRST_STEPS, steps: filled });
    expect(keyOf(saved.steps[1] as RecipeStep)).toBe(key);
  });

  it("takes typing or dragging one number back at once", () => {
    const dragged = run(
      { kind: "edit", index: 0, patch: { min_strength: 1.1 } },
      { kind: "edit", index: 0, patch: { min_strength: 1.2 } },
      { kind: "edit", index: 0, patch: { min_strength: 1.3 } },
    );
    expect(dragged.past).toHaveLength(1);
    expect(changeSteps(dragged, { kind: "undo" }).steps).toEqual(FIRST_STEPS);
  });
});

const column = (name: string, type: "number" | "text" | "flag", signed = false) => ({
  name,
  title: name,
  type,
  signed,
});
const signal = (id: number, level: Signal["level"], columns: Signal["columns"], state = "ready") =>
  ({ id, level, columns, state, name: `Signal ${id}`, kind: "x", summary: null }) as unknown as Signal;
const LENGTH = signal(1, "response", [column("characters", "number")]);
const LANGUAGE = signal(2, "response", [column("language", "text")]);
const ENSEMBLE = signal(3, "pair", [column("mean", "number", true)]);
const QUEUED = signal(4, "pair", [column("mean", "number", true)], "queued");
const SIGNALS = { ready: [LENGTH, LANGUAGE, ENSEMBLE], all: [LENGTH, LANGUAGE, ENSEMBLE, QUEUED] };
const kind = (type: string, properties: object, required: string[] = []): RecipeStepKind => ({
  type,
  title: type,
  description: "",
  schema: { properties, required },
});
const KINDS = [
  kind("strength", { min_strength: { type: "number", minimum: 0, maximum: 3 } }),
  kind(
    "select",
    {
      budget: { type: "integer", minimum: 1 },
      cap: { anyOf: [{ type: "number", exclusiveMinimum: 0, maximum: 1 }, { type: "null" }] },
    },
    ["budget"],
  ),
];

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

  const of = (step: Partial<RecipeStep> & { type: string }, signals: typeof SIGNALS | null = SIGNALS) =>
    problemsOf([{ ...newStep(step.type, SIGNALS.ready), ...step }], KINDS, signals).get(0);

  it.each([
    ["a measure that names nothing", { type: "filter", on: {} }, /Choose what/],
    [
      "a measure that names two things",
      { type: "dedup", group: { fact: "source", signal: 1 } },
      /Choose what/,
    ],
    ["a split by nothing", { type: "split", group: {} }, /Choose what/],
    ["a filter without bounds or values", { type: "filter", min: null }, /bounds, or choose/],
    ["a filter with bounds and values", { type: "filter", one_of: ["a"] }, /one of the three/],
    ["percentiles that cross", { type: "zones", ambiguous_percentile: 95 }, /percentile of ambiguous/],
    ["a cap without groups", { type: "select", cap: 0.1 }, /needs groups/],
    ["weights that are all 0", { type: "labels", aspect_weights: { style: 0 } }, /above 0/],
    ["a negative weight", { type: "labels", aspect_weights: { style: -1, "": 1 } }, /not negative/],
    ["a number above its bound", { type: "strength", min_strength: 4 }, /at most 3/],
    ["a number that is not there", { type: "strength", min_strength: null }, /give a number/],
    ["a broken budget", { type: "select", budget: 1.5 }, /whole number/],
    ["a share of nothing", { type: "select", group: { fact: "source" }, cap: 0 }, /above 0/],
    ["a signal of another version", { type: "signal_margin", signal: 9 }, /no signal 9/],
    ["a signal that is not ready", { type: "zones", signal: 4 }, /“Signal 4” is queued/],
    ["zones of responses", { type: "zones", signal: 1 }, /margins of an ensemble/],
    ["a column that is not there", { type: "filter", on: { signal: 1, column: "words" } }, /Choose a column/],
    ["the margin of a text", { type: "filter", on: { signal: 2, column: "language" } }, /has no margin/],
    [
      "pairs from a signal of pairs",
      { type: "make_pairs", signal: 3, column: "mean" },
      /number of responses/,
    ],
  ])("refuses %s", (_what, step, sentence) => {
    expect(of(step)).toMatch(sentence);
  });

  it.each([
    [{ type: "filter" }],
    [{ type: "filter", min: null, on: { signal: 2, column: "language", of: "chosen" }, one_of: ["en"] }],
    [{ type: "zones" }],
    [{ type: "make_pairs" }],
    [{ type: "make_pairs", signal: 1, column: "characters" }],
    [{ type: "select", group: { fact: "source" }, cap: 0.5 }],
    [{ type: "dedup", group: { signal: 2, column: "language", of: "chosen" } }],
    [{ type: "length_match" }],
    [{ type: "labels", aspect_weights: { "": 1, style: 0 } }],
  ])("takes %j", (step) => {
    expect(of(step)).toBeUndefined();
  });

  it("refuses a second split", () => {
    const split = { ...newStep("split"), group: { fact: "source" } };
    expect([...problemsOf([split]).keys()]).toEqual([]);
    expect([...problemsOf([split, split]).keys()]).toEqual([1]);
  });

  it("refuses pairs made after a filter, and labels that come late", () => {
    expect([...problemsOf([newStep("strength"), newStep("make_pairs")]).keys()]).toEqual([1]);
    expect([...problemsOf([newStep("labels"), newStep("labels")]).keys()]).toEqual([1]);
  });
});

describe("steps that the server gives back", () => {
  it("take the places of those they were made from, and can be taken back", () => {
    const [first] = FIRST_STEPS as [RecipeStep];
    const margin = { type: "signal_margin", signal: 1 };
    const history = historyOf([first, margin]);
    const own = [{ type: "labels" }, { ...first }, { ...margin, signal: 9 }];
    const after = changeSteps(history, { kind: "replace", steps: own });
    expect(after.steps).toBe(own);
    expect(keyOf(own[2] as RecipeStep)).toBe(keyOf(margin));
    expect(changeSteps(after, { kind: "undo" }).steps).toEqual([first, margin]);
  });
});

describe("filters without values yet", () => {
  it("keep everything in the preview, so that their values can be seen", () => {
    const open = { ...newStep("filter"), on: { fact: "source" }, min: null };
    expect(isOpenFilter(open)).toBe(true);
    const [sent] = previewable([open]);
    expect(sent?.none_of).toHaveLength(1);
    const bounded = newStep("filter");
    expect(previewable([bounded])[0]).toBe(bounded);
  });

  it("keep every row while nobody has said which", () => {
    const open = newStep("items");
    expect(isOpenFilter(open)).toBe(true);
    expect(problemsOf([open]).get(0)).toBe("Say what to compare with.");
    expect(previewable([open])[0]?.where).toEqual({
      not: { field: "record_id", op: "eq", value: "\u0001" },
    });
    const said = { ...open, where: { field: "prompt", op: "contains", value: "cat" } };
    expect(previewable([said])[0]).toBe(said);
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
