import type { RecipeStep } from "@/lib/api/types";

export const SOURCES = ["adjudicated", "human", "judge", "imported"] as const;

/** The first recipe most people want: clear preferences only. */
export const FIRST_STEPS: RecipeStep[] = [
  { type: "strength", min_strength: 1, drop_ties: true, drop_both_bad: true },
];

export function newStep(type: string, signal: number | null = null): RecipeStep {
  if (type === "labels") return { type, precedence: [...SOURCES] };
  if (type === "strength") return { ...FIRST_STEPS[0], type };
  return { type: "signal_margin", signal, min: 0, max: null, missing: "review" };
}

export type StepChange =
  | { kind: "add"; step: RecipeStep }
  | { kind: "remove"; index: number }
  | { kind: "duplicate"; index: number }
  | { kind: "move"; index: number; by: -1 | 1 }
  | { kind: "edit"; index: number; patch: Partial<RecipeStep> }
  | { kind: "reset"; steps: RecipeStep[] }
  | { kind: "saved"; sent: RecipeStep[]; steps: RecipeStep[] }
  | { kind: "undo" }
  | { kind: "redo" };

export interface StepHistory {
  steps: RecipeStep[];
  past: RecipeStep[][];
  future: RecipeStep[][];
}

export const historyOf = (steps: RecipeStep[]): StepHistory => ({ steps, past: [], future: [] });

/** Every change of the recipe can be taken back; the step that reads labels always stays first. */
export function changeSteps(history: StepHistory, change: StepChange): StepHistory {
  const { steps, past, future } = history;
  if (change.kind === "reset") return historyOf(change.steps);
  // The server fills in what was left out; what was changed while it saved stays.
  if (change.kind === "saved")
    return history.steps === change.sent ? { ...history, steps: change.steps } : history;
  if (change.kind === "undo") {
    const before = past.at(-1);
    return before ? { steps: before, past: past.slice(0, -1), future: [steps, ...future] } : history;
  }
  if (change.kind === "redo") {
    const after = future[0];
    return after ? { steps: after, past: [...past, steps], future: future.slice(1) } : history;
  }
  const next = applied(steps, change);
  return next === steps ? history : { steps: next, past: [...past, steps], future: [] };
}

function applied(
  steps: RecipeStep[],
  change: Exclude<StepChange, { kind: "reset" | "saved" | "undo" | "redo" }>,
): RecipeStep[] {
  switch (change.kind) {
    case "add":
      return change.step.type === "labels" ? [change.step, ...steps] : [...steps, change.step];
    case "remove":
      return steps.filter((_, index) => index !== change.index);
    case "duplicate": {
      const step = steps[change.index];
      if (!step || step.type === "labels") return steps;
      return steps.toSpliced(change.index + 1, 0, { ...step });
    }
    case "move": {
      const target = change.index + change.by;
      const step = steps[change.index];
      const other = steps[target];
      if (!step || !other || step.type === "labels" || other.type === "labels") return steps;
      return steps.with(change.index, other).with(target, step);
    }
    case "edit":
      return steps.map((step, index) => (index === change.index ? { ...step, ...change.patch } : step));
  }
}

/** Whether two lists of steps say the same; the order of a step's parameters says nothing. */
export function sameSteps(one: RecipeStep[], other: RecipeStep[]): boolean {
  const text = (steps: RecipeStep[]) =>
    JSON.stringify(steps.map((step) => Object.entries(step).sort(([a], [b]) => a.localeCompare(b))));
  return text(one) === text(other);
}

/** Steps that lack something the server would refuse, by index. */
export function problemsOf(steps: RecipeStep[]): Map<number, string> {
  const problems = new Map<number, string>();
  steps.forEach((step, index) => {
    if (step.type === "signal_margin" && typeof step.signal !== "number") {
      problems.set(index, "Choose a signal.");
    } else if (typeof step.min === "number" && typeof step.max === "number" && step.min > step.max) {
      problems.set(index, "The lower bound is above the upper one.");
    } else if (step.type === "labels" && Array.isArray(step.precedence) && step.precedence.length === 0) {
      problems.set(index, "Keep at least one source.");
    }
  });
  return problems;
}
