import { sentence } from "@/lib/format";
import type { EvaluationSet } from "./api";

const NAMES: Record<string, string> = {
  rewardbench: "RewardBench",
  rewardbench_2: "RewardBench 2",
  rm_bench: "RM-Bench",
  rmb_pairwise: "RMB pairs",
  rmb_best_of_n: "RMB best of n",
  preferences: "Preference pairs",
  snapshot: "Held-out pairs of a snapshot",
};

export const layoutName = (layout: EvaluationSet["layout"]) =>
  layout === "" ? "Being found out" : (NAMES[layout] ?? sentence(layout));

/** Layouts a file may have; the first lets the server find out. */
export const FILE_LAYOUTS = [
  { value: "", label: "Found out from its rows" },
  ...Object.entries(NAMES)
    .filter(([value]) => value !== "snapshot")
    .map(([value, label]) => ({ value, label })),
];
