import { describe, expect, it } from "vitest";
import type { Member } from "@/lib/api/types";
import { handlesOf } from "./handles";
import { seenText, timesOf } from "./reading";

describe("reading signals", () => {
  it("are said where they were measured, and left out where not", () => {
    const times = timesOf({ duration_ms: 95_000, active_ms: 61_000, reading: { idle_ms: 4000 } });
    expect(times).toEqual([
      { label: "Active time", value: "1 min 1 s" },
      { label: "On screen", value: "1 min 35 s" },
      { label: "Idle", value: "4.0 s" },
    ]);
    expect(timesOf({ duration_ms: null, active_ms: null, reading: null })).toEqual([]);
  });

  it("say how much of each text was on screen", () => {
    const reading = { seen: { a: 1, b: 0.621 }, reached_end: ["a"] };
    expect(seenText(reading, (target) => target.toUpperCase())).toBe("A 100 %, to its end; B 62 %");
    expect(seenText(null, String)).toBeNull();
    expect(seenText({ idle_ms: 1 }, String)).toBeNull();
  });
});

describe("handles", () => {
  const member = (id: number, name: string, email: string) => ({ user: { id, name, email } }) as Member;

  it("are names without spaces, addresses where those are alike or empty", () => {
    expect(
      handlesOf([
        member(1, "Ann Lee", "ann@example.org"),
        member(2, "ann  lee", "al@example.org"),
        member(3, "", "bo@example.org"),
        member(4, "@", "at@example.org"),
      ]).map((each) => each.handle),
    ).toEqual(["ann@example.org", "al@example.org", "bo", "at@example.org"]);
  });
});
