import { describe, expect, it } from "vitest";
import type { Signal } from "@/lib/api/types";
import { groupsOf, likenessesOf, proofsOf, provenanceOf } from "./provenance";
import type { SignalKind } from "./types";

const signal = (provenance: Record<string, unknown>, over: Partial<Signal> = {}): Signal =>
  ({ kind: "quick_ensemble", params: {}, columns: [], summary: null, provenance, ...over }) as Signal;

const kind = (title: string, ...params: string[]) => {
  const properties = Object.fromEntries(params.map((each) => [each, {}]));
  return { title, params_schema: { properties } } as unknown as SignalKind;
};

describe("provenance in words", () => {
  it("names what is known and says shares in percent", () => {
    const found = provenanceOf(
      signal({
        algorithm: "contamination",
        version: "2",
        share_of_test_items: 0.125,
        alarm: true,
        test_items: 1640,
      }),
      kind("Test-set overlap"),
    );
    expect(found.facts).toEqual([
      { label: "Kind", value: "Test-set overlap" },
      { label: "Version of the method", value: "2" },
      { label: "Rows of the test set", value: "1,640" },
      { label: "Share of the test items found", value: "12.5 %" },
      { label: "More than by chance", value: "yes" },
    ]);
  });

  it("leaves out what was asked for, what is not known and the proofs", () => {
    const found = provenanceOf(
      signal(
        { folds: 5, seed: 0, converged: true, prefix: "", reason: null, proofs: [{ row: "r" }] },
        { params: { folds: 5 } },
      ),
      kind("Quick ensemble", "seed"),
    );
    expect(found.facts.map((fact) => fact.label)).toEqual(["Kind", "Training settled"]);
    expect(found.tables).toEqual([]);
  });

  it("groups what belongs to one thing, and lists what there are several of", () => {
    const found = provenanceOf(
      signal({
        embeddings: { model: "MiniLM", revision: "0123456789abcdef" },
        skills: [
          { annotator: "ada", votes: 12, skill: 0.9, origin: null },
          { annotator: "bo", votes: 3, skill: 0.55, origin: null },
        ],
      }),
      undefined,
    );
    expect(found.groups).toEqual([
      {
        title: "Embeddings",
        facts: [
          { label: "Model", value: "MiniLM" },
          { label: "Revision of its files", value: "0123456789ab…", code: "0123456789abcdef" },
        ],
      },
    ]);
    expect(found.tables[0]?.header.map((each) => [each.label, each.numeric])).toEqual([
      ["Annotator", false],
      ["Votes", true],
      ["Skill", true],
    ]);
    expect(found.tables[0]?.rows[1]).toEqual(["bo", "3", "55.0 %"]);
  });
});

describe("proof", () => {
  it("is the list of test items that were found", () => {
    expect(proofsOf(signal({ proofs: [{ row: "r1", item: "t1" }] }))).toHaveLength(1);
    expect(proofsOf(signal({}))).toEqual([]);
  });

  it("is what is alike, within the version or with a test set", () => {
    const within = { row: "r2", prompt: "B", duplicate_of: "r1", its_prompt: "A", cosine: 0.96 };
    const found = { row: "r2", prompt: "B", other: "r1", otherPrompt: "A", ofTestSet: false, cosine: 0.96 };
    expect(likenessesOf(signal({ nearest_to_the_limit: [within] }))).toEqual([found]);
    const item = { row: "r2", prompt: "B", item: "t1", test_prompt: "T", cosine: 0.9 };
    expect(likenessesOf(signal({ nearest_test_items: [item] }))[0]).toMatchObject({
      other: "t1",
      otherPrompt: "T",
      ofTestSet: true,
    });
  });

  it("is the groups of two or more", () => {
    const values = [
      { value: "r1", count: 3 },
      { value: "r9", count: 1 },
    ];
    const columns = [{ name: "prompt_group", title: "Group", type: "text" as const, signed: false }];
    const summary = {
      columns: { prompt_group: { count: 4, distinct: 2, values } },
    } as unknown as Signal["summary"];
    expect(groupsOf(signal({}, { kind: "duplicates", columns, summary }))).toEqual([
      { record: "r1", count: 3 },
    ]);
    expect(groupsOf(signal({}, { kind: "length", columns, summary }))).toEqual([]);
  });
});
