import { describe, expect, it } from "vitest";
import type { Campaign } from "@/lib/api/types";
import { costWords, limitOf, openCampaigns, reviewCost } from "./review";

const campaign = (id: number, state: Campaign["state"]) => ({ id, state }) as Campaign;

describe("what a review costs", () => {
  it("is rows times answers, and time where the campaign knows how long an answer takes", () => {
    const cost = reviewCost(500, 200, 3, 10_000);

    expect(cost).toEqual({ rows: 200, answersEach: 3, votes: 600, seconds: 6000 });
    expect(costWords(cost, 10_000)).toBe(
      "200 rows × 3 answers each = 600 votes, about 1 h 40 min of people’s time at the 10 s an answer takes there.",
    );
  });

  it("never counts more rows than there are pairs, and says no time where nobody has answered", () => {
    const cost = reviewCost(1, 200, 1, null);

    expect(costWords(cost, null)).toBe("1 row × 1 answer each = 1 vote.");
    expect(reviewCost(7, null, 2, null).votes).toBe(14);
  });
});

it("reads the most rows to send", () => {
  expect([limitOf(""), limitOf(" 20 "), limitOf("0"), limitOf("1.5"), limitOf("many")]).toEqual([
    null,
    20,
    undefined,
    undefined,
    undefined,
  ]);
});

it("offers campaigns that still take items, those at work first", () => {
  const open = openCampaigns([campaign(1, "paused"), campaign(2, "finished"), campaign(3, "active")]);

  expect(open.map((each) => each.id)).toEqual([3, 1]);
});
