import { describe, expect, it } from "vitest";
import type { Snapshot, SnapshotDiff } from "@/lib/api/types";
import {
  chosenAgainst,
  chosenChange,
  comparable,
  isSame,
  movedShare,
  shares,
  signedCount,
} from "./difference";

const snapshot = (id: number, recipe: number, state: Snapshot["state"] = "ready") =>
  ({ id, recipe, state }) as Snapshot;

const diff = (counts: Partial<Record<keyof SnapshotDiff, number>>): SnapshotDiff => {
  const change = (name: keyof SnapshotDiff) => ({ count: counts[name] ?? 0, pair_ids: [] });
  return {
    added: change("added"),
    removed: change("removed"),
    flipped: change("flipped"),
    reweighted: change("reweighted"),
    moved: change("moved"),
    shift: [],
  };
};

describe("what a snapshot is compared with", () => {
  const now = snapshot(5, 1);
  const others = comparable(now, [
    snapshot(6, 1),
    now,
    snapshot(4, 2),
    snapshot(3, 1),
    snapshot(2, 1, "building"),
  ]);

  it("is one that is ready and another", () => {
    expect(others.map((each) => each.id)).toEqual([6, 4, 3]);
  });

  it("is the one asked for, else the one before from the same recipe, else the one before", () => {
    expect(chosenAgainst(now, others, "6")?.id).toBe(6);
    expect(chosenAgainst(now, others, undefined)?.id).toBe(3);
    expect(chosenAgainst(now, others, "2")?.id).toBe(3);
    expect(chosenAgainst(snapshot(5, 9), others, undefined)?.id).toBe(4);
    expect(chosenAgainst(snapshot(1, 1), others, undefined)?.id).toBe(6);
    expect(chosenAgainst(now, [], undefined)).toBeUndefined();
  });
});

it("shows the first kind of change there is, unless asked for another", () => {
  expect(chosenChange(diff({ flipped: 2 }), undefined)).toBe("flipped");
  expect(chosenChange(diff({ flipped: 2 }), "moved")).toBe("moved");
  expect(chosenChange(diff({}), "nonsense")).toBe("added");
  expect([isSame(diff({})), isSame(diff({ moved: 1 }))]).toEqual([true, false]);
});

it("measures how far a distribution moved, whatever the sizes", () => {
  expect(shares([1, 3])).toEqual([0.25, 0.75]);
  expect(shares([0, 0])).toEqual([0, 0]);
  expect(movedShare([10, 30], [1, 3])).toBe(0);
  expect(movedShare([4, 0], [0, 9])).toBe(1);
  expect(movedShare([2, 2], [1, 3])).toBe(0.25);
});

it("writes differences with their sign", () => {
  expect([signedCount(1200), signedCount(-3), signedCount(0)]).toEqual(["+1,200", "−3", "0"]);
});
