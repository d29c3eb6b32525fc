import type { Snapshot, SnapshotDiff } from "@/lib/api/types";

export const CHANGES = [
  { value: "added", label: "Added", what: "kept here, not there" },
  { value: "removed", label: "Removed", what: "kept there, not here" },
  { value: "flipped", label: "Flipped", what: "the other response is now the chosen one" },
  { value: "reweighted", label: "Re-weighted", what: "another weight or another soft label" },
  { value: "moved", label: "Moved split", what: "from training to testing or back" },
] as const;
export type Change = (typeof CHANGES)[number]["value"];

/** Snapshots that can be compared with this one, newest first. */
export function comparable(snapshot: Snapshot, all: Snapshot[]): Snapshot[] {
  return all.filter((each) => each.id !== snapshot.id && each.state === "ready").sort((x, y) => y.id - x.id);
}

/** The one asked for, else the one frozen before from the same recipe, else the one before, else any. */
export function chosenAgainst(
  snapshot: Snapshot,
  others: Snapshot[],
  asked: string | undefined,
): Snapshot | undefined {
  const earlier = others.filter((each) => each.id < snapshot.id);
  return (
    others.find((each) => String(each.id) === asked) ??
    earlier.find((each) => each.recipe === snapshot.recipe) ??
    earlier[0] ??
    others[0]
  );
}

/** The kind of change asked for, else the first of which there is any. */
export function chosenChange(diff: SnapshotDiff, asked: string | undefined): Change {
  const wanted = CHANGES.find((each) => each.value === asked);
  return (wanted ?? CHANGES.find((each) => diff[each.value].count > 0) ?? CHANGES[0]).value;
}

export const isSame = (diff: SnapshotDiff): boolean => CHANGES.every((each) => diff[each.value].count === 0);

/** Counts as shares of their sum; all 0 where there is nothing. */
export function shares(counts: number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total ? count / total : 0));
}

/** The share of pairs that would have to change their bin to turn one distribution into the other, 0 to 1. */
export function movedShare(before: number[], after: number[]): number {
  const [old, now] = [shares(before), shares(after)];
  return old.reduce((sum, share, bin) => sum + Math.abs(share - (now[bin] ?? 0)), 0) / 2;
}

export interface CountRow {
  label: string;
  before: number;
  now: number;
}

export function countRows(before: Snapshot, now: Snapshot): CountRow[] {
  return [
    { label: "Pairs in", before: before.counts.in, now: now.counts.in },
    { label: "Kept", before: before.counts.kept, now: now.counts.kept },
    { label: "Dropped", before: before.counts.dropped, now: now.counts.dropped },
    { label: "For review", before: before.counts.review, now: now.counts.review },
    { label: "Training", before: before.splits.train, now: now.splits.train },
    { label: "Testing", before: before.splits.test, now: now.splits.test },
  ];
}

/** "+12", "−3", "0". */
export function signedCount(difference: number): string {
  const size = Math.abs(difference).toLocaleString("en-US");
  return difference > 0 ? `+${size}` : difference < 0 ? `−${size}` : "0";
}
