/** The form of a new lab run: what is typed, what is wrong with it, and what is sent. */
import type { LabRun, LabRunBody } from "./api";

export const FEWEST = 2;
export const MOST = 6;

export interface LabForm {
  dataset: number | null;
  version: number | null;
  recipes: number[];
  name: string;
  features: LabRun["features"];
  gold: "held_out" | "adjudicated";
  /** Of the prompts, held out. */
  percent: string;
  seeds: string;
  /** Percent of the pairs that people could look at again. */
  budget: string;
}

export function problemsOf(form: LabForm, version: number | null): Record<string, string> {
  const problems: Record<string, string> = {};
  if (form.recipes.length < FEWEST) problems.recipes = "Choose at least two recipes.";
  if (version === null) problems.dataset_version = "Choose a dataset with a ready version.";
  if (form.gold === "held_out" && !within(form.percent, 5, 50))
    problems.gold_fraction = "Give 5 to 50 percent.";
  if (!within(form.seeds, 3, 10) || !Number.isInteger(Number(form.seeds)))
    problems.seeds = "Give a whole number from 3 to 10.";
  if (!within(form.budget, 0, 50) || numberOf(form.budget) === 0)
    problems.review_budget = "Give a percentage above 0, at most 50.";
  return problems;
}

export function bodyOf(form: LabForm, version: number): LabRunBody {
  return {
    dataset_version: version,
    recipes: form.recipes,
    name: form.name.trim(),
    features: form.features,
    gold:
      form.gold === "adjudicated" ? { source: "adjudicated" } : { fraction: numberOf(form.percent) / 100 },
    seeds: Number(form.seeds),
    review_budget: numberOf(form.budget) / 100,
  };
}

const numberOf = (text: string) => Number(text.trim().replace(",", "."));

function within(text: string, low: number, high: number): boolean {
  const value = text.trim() === "" ? Number.NaN : numberOf(text);
  return value >= low && value <= high;
}
