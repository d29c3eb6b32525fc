import { describe, expect, it } from "vitest";
import { askedWords, homeRefusal, RUN, readOut, runBody, runProblems } from "./runs";

const standing = { may_label: false, rule: "Too few pairs." } as never;
const run = (state: string) => ({ signal: { state } as never, job: null });

describe("a run", () => {
  it("is sent with a share of the rows, and a cap only where something is paid", () => {
    const form = { ...RUN, share: "12,5", cap: "1" };
    expect(runBody(form, 3, false)).toEqual({
      dataset_version: 3,
      pairs: "labelled",
      gold_only: false,
      share: 0.125,
      seed: 0,
      cap_usd: null,
    });
    expect(runBody(form, 3, true).cap_usd).toBe("1.00");
  });

  it.each(["", "0", "101", "half"])("draws no share of %o", (share) => {
    expect(runProblems({ ...RUN, share }, 3, false)).toEqual({ share: "Give a number from 0.01 to 100." });
  });

  it("says what it was asked for", () => {
    expect(askedWords({ pairs: "all", gold_only: true, share: 0.2 }, "pair")).toBe(
      "all pairs, rows that people labelled, 20 % of the rows",
    );
    expect(askedWords({}, "response")).toBe("all responses");
  });
});

describe("bringing home", () => {
  it("waits for the run, and for votes for the right to label", () => {
    expect(homeRefusal(run("building"), { gives: "drafts", standing, problem: "" })).toBe(
      "Once the run is ready.",
    );
    expect(homeRefusal(run("ready"), { gives: "votes", standing, problem: "" })).toBe("Too few pairs.");
    expect(homeRefusal(run("ready"), { gives: "drafts", standing, problem: "" })).toBeNull();
    expect(homeRefusal(run("failed"), { gives: "drafts", standing, problem: "" })).toContain(
      "start it again",
    );
  });

  it("is open to a judge that may label", () => {
    const allowed = { may_label: true, rule: "" } as never;
    expect(homeRefusal(run("ready"), { gives: "votes", standing: allowed, problem: "" })).toBeNull();
  });
});

it("what was read is shares of each other, the likeliest first", () => {
  const [first, second] = readOut({ " A": Math.log(0.2), " B": Math.log(0.6) });
  expect([first?.option, second?.option]).toEqual(["B", "A"]);
  expect(first?.share).toBeCloseTo(0.75);
  expect(readOut(null)).toEqual([]);
});
