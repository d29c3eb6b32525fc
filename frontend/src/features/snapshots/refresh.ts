import type { SnapshotRefresh } from "@/lib/api/types";

export const INTERVALS = [
  { value: "1", label: "every hour" },
  { value: "6", label: "every 6 hours" },
  { value: "24", label: "every day" },
  { value: "168", label: "every week" },
  { value: "720", label: "every 30 days" },
] as const;

/** "every day", "every 36 hours" */
export function intervalWords(hours: number): string {
  const known = INTERVALS.find((each) => each.value === String(hours));
  return known?.label ?? `every ${hours} hours`;
}

/** The choices of an interval, the present one among them even when it came through the API. */
export function intervalsWith(hours: number) {
  const value = String(hours);
  const known = INTERVALS.some((each) => each.value === value);
  return known ? [...INTERVALS] : [...INTERVALS, { value, label: intervalWords(hours) }];
}

/** Where a refresh stands, as its badge says it. */
export function refreshState({ state, is_active }: SnapshotRefresh): string {
  if (state === "folding" || state === "scoring" || state === "freezing") return "running";
  if (!is_active) return "paused";
  return state === "failed" ? "failed" : "active";
}
