import type { RecipeStep } from "@/lib/api/types";

export const SOURCES = ["adjudicated", "human", "judge", "imported"] as const;

/** The first recipe most people want: clear preferences only. */
export const FIRST_STEPS: RecipeStep[] = [
  { type: "strength", min_strength: 1, drop_ties: true, drop_both_bad: true },
];

export type StepChange =
  | { kind: "add"; step: RecipeStep }
  | { kind: "remove"; index: number }
  | { kind: "duplicate"; index: number }
  | { kind: "move"; index: number; to: number }
  | { kind: "edit"; index: number; patch: Partial<RecipeStep> }
  | { kind: "replace"; steps: RecipeStep[] }
  | { kind: "reset"; steps: RecipeStep[] }
  | { kind: "saved"; sent: RecipeStep[]; steps: RecipeStep[] }
  | { kind: "undo" }
  | { kind: "redo" };

export interface StepHistory {
  steps: RecipeStep[];
  past: RecipeStep[][];
  future: RecipeStep[][];
  /** The number that was just edited: typing or dragging it on is one change, taken back at once. */
  stroke: string | null;
}

export const historyOf = (steps: RecipeStep[]): StepHistory => ({
  steps,
  past: [],
  future: [],
  stroke: null,
});

/** Every change of the recipe can be taken back; what makes the pairs always stays first. */
export function changeSteps(history: StepHistory, change: StepChange): StepHistory {
  const { steps, past, future } = history;
  if (change.kind === "reset") return historyOf(change.steps);
  // The server fills in what was left out; what was changed while it saved stays.
  if (change.kind === "saved") {
    if (steps !== change.sent) return history;
    const added = change.steps.length - steps.length;
    steps.forEach((step, index) => {
      inheritKey(step, change.steps[index + added]);
    });
    return { ...history, steps: change.steps, stroke: null };
  }
  if (change.kind === "undo") {
    const before = past.at(-1);
    return before
      ? { steps: before, past: past.slice(0, -1), future: [steps, ...future], stroke: null }
      : history;
  }
  if (change.kind === "redo") {
    const after = future[0];
    return after ? { steps: after, past: [...past, steps], future: future.slice(1), stroke: null } : history;
  }
  const next = applied(steps, change);
  if (next === steps) return history;
  const stroke = strokeOf(change);
  const goesOn = stroke !== null && stroke === history.stroke;
  return { steps: next, past: goesOn ? past : [...past, steps], future: [], stroke };
}

/** Edits of one number in a row are one stroke. */
function strokeOf(change: StepChange): string | null {
  if (change.kind !== "edit") return null;
  const [entry, ...others] = Object.entries(change.patch);
  if (!entry || others.length > 0 || !(typeof entry[1] === "number" || entry[1] === null)) return null;
  return `${change.index}.${entry[0]}`;
}

function applied(
  steps: RecipeStep[],
  change: Exclude<StepChange, { kind: "reset" | "saved" | "undo" | "redo" }>,
): RecipeStep[] {
  switch (change.kind) {
    case "replace": {
      // The server puts a label policy first where none was sent.
      const added = change.steps.length - steps.length;
      steps.forEach((step, index) => {
        inheritKey(step, change.steps[index + added]);
      });
      return change.steps;
    }
    case "add":
      return steps.toSpliced(placeFor(change.step, steps), 0, change.step);
    case "remove":
      return steps.filter((_, index) => index !== change.index);
    case "duplicate": {
      const step = steps[change.index];
      if (!step || isFixed(step)) return steps;
      return steps.toSpliced(change.index + 1, 0, { ...step });
    }
    case "move": {
      const step = steps[change.index];
      const other = steps[change.to];
      if (!step || !other || step === other || isFixed(step) || isFixed(other)) return steps;
      return steps.toSpliced(change.index, 1).toSpliced(change.to, 0, step);
    }
    case "edit":
      return steps.map((step, index) => {
        if (index !== change.index) return step;
        const edited = { ...step, ...change.patch };
        inheritKey(step, edited);
        return edited;
      });
  }
}

/** Steps that say what the pairs are stand in front of those that choose among them, each once. */
export function isFixed(step: RecipeStep): boolean {
  return step.type === "labels" || step.type === "make_pairs";
}

function placeFor(step: RecipeStep, steps: RecipeStep[]): number {
  if (step.type === "labels") return 0;
  if (step.type === "make_pairs") return steps[0]?.type === "labels" ? 1 : 0;
  return steps.length;
}

const keys = new WeakMap<RecipeStep, string>();
let nextKey = 0;

/** Who a step is, whatever its place and parameters: cards stay open and focused while they move. */
export function keyOf(step: RecipeStep): string {
  let key = keys.get(step);
  if (key === undefined) {
    key = `step-${nextKey++}`;
    keys.set(step, key);
  }
  return key;
}

function inheritKey(from: RecipeStep, to: RecipeStep | undefined): void {
  if (to) keys.set(to, keyOf(from));
}

/** Whether two lists of steps say the same; the order of a step's parameters says nothing. */
export function sameSteps(one: RecipeStep[], other: RecipeStep[]): boolean {
  return stepsText(one) === stepsText(other);
}

export function stepsText(steps: RecipeStep[]): string {
  return JSON.stringify(steps, (_key, value: unknown) =>
    isPlain(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : value,
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
