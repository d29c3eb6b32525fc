import { describe, expect, it } from "vitest";
import type { PairLineage, PairRow, Signal } from "@/lib/api/types";
import { reasonWords } from "@/lib/recipes/words";
import {
  decisionWords,
  labelSource,
  labelWords,
  provenanceLines,
  saidWords,
  signalValues,
  stanceCounts,
} from "./lineage";

const label = (towards: number | null, outcome = "preference"): PairLineage["labels"][number] => ({
  label_source: "human",
  annotator: "annotator-3",
  aspect: null,
  outcome,
  origin: "Second look",
  judge: null,
  towards_chosen: towards,
});

const pair = (over: Partial<PairRow> = {}): PairRow => ({
  pair_id: "p",
  record_id: "r",
  prompt: [],
  chosen: { response_id: "good", content: "yes" },
  rejected: { response_id: "bad", content: "no" },
  aspect: null,
  strength: 2,
  votes: 2,
  agreement: 1,
  label_source: "human",
  margins: {},
  flipped: false,
  soft_label: 1,
  weight: 1,
  split: null,
  decision: "keep",
  step: null,
  reason: null,
  ...over,
});

describe("labels beside a pair", () => {
  it("are said towards the chosen side", () => {
    expect([3, 1, -2, 0].map((towards) => labelWords(label(towards)))).toEqual([
      "Chosen is much better",
      "Chosen is slightly better",
      "Rejected is clearly better",
      "Both are equally good",
    ]);
    expect(labelWords(label(0, "tie"))).toBe("Both are equally good");
    expect(labelWords(label(null, "both_bad"))).toBe("Both are bad");
    expect(labelWords(label(null))).toBe("Said preference; the pair has no better side");
  });

  it("are counted by where they stand", () => {
    expect(stanceCounts([label(2), label(3), label(-1), label(0, "tie")])).toBe("2 agree, 1 against, 1 tie");
    expect(stanceCounts([])).toBe("");
  });

  it("name who said them and where they came from", () => {
    expect(labelSource(label(1))).toBe("annotator-3, a person · from Second look");
    expect(labelSource({ ...label(1), annotator: null, label_source: "imported", aspect: "safety" })).toBe(
      "the import · on safety · from Second look",
    );
  });
});

it("says what each step decided", () => {
  const step = { index: 0, type: "filter", title: "Filter", params: {}, reason: null };

  expect(saidWords({ ...step, said: "kept" })).toBe("Kept");
  expect(saidWords({ ...step, said: "drop", reason: "too_weak" })).toBe(
    `Dropped: ${reasonWords("too_weak")}`,
  );
  expect(saidWords({ ...step, said: "review", reason: "zone_wrong" })).toBe(
    `Set aside for review: ${reasonWords("zone_wrong")}`,
  );
  expect(saidWords({ ...step, said: "not reached" })).toBe("Not reached");
});

it("says what a snapshot decided, with what was done to the pair", () => {
  expect(decisionWords(null)).toBe("Not among its pairs");
  expect(decisionWords(pair({ split: "test", flipped: true, soft_label: 0.8, weight: 0.5 }))).toBe(
    "Kept, for testing, label flipped, soft label 0.8, weight 0.5",
  );
  expect(decisionWords(pair({ decision: "review", reason: "no_value" }))).toBe(
    `Set aside for review: ${reasonWords("no_value")}`,
  );
});

it("puts the chosen side's value first, and says why one is missing", () => {
  const signal: PairLineage["signals"][number] = {
    id: 4,
    name: "Rater",
    kind: "reward_score",
    level: "response",
    provenance: {},
    values: [
      { response_id: "bad", state: "failed", reason: "too_long", columns: {} },
      { response_id: "good", state: "ok", reason: null, columns: { score: 1.25, refusal: false } },
    ],
  };
  const known = { id: 4, columns: [{ name: "score", title: "Reward" }] } as Signal;

  expect(signalValues(signal, pair(), known)).toEqual([
    {
      side: "Chosen",
      missing: null,
      columns: [
        { name: "score", title: "Reward", value: "1.25" },
        { name: "refusal", title: "refusal", value: "no" },
      ],
    },
    { side: "Rejected", missing: "too long", columns: [] },
  ]);
});

it("lays provenance out in lines", () => {
  expect(provenanceLines({ algorithm: "length", params: { seed: 0, parts: ["a", "b"] } })).toEqual([
    ["algorithm", "length"],
    ["params · seed", "0"],
    ["params · parts", '["a","b"]'],
  ]);
});
