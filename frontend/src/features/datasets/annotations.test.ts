import { describe, expect, it } from "vitest";
import type { DatasetRow, RowAnnotation } from "@/lib/api/types";
import { groupsOf, groupTitle, itemOf, saidBy } from "./annotations";

const annotation = (over: Partial<RowAnnotation>): RowAnnotation => ({
  kind: "spans",
  question: "errors",
  target: null,
  annotator: null,
  source: "human",
  origin: null,
  body: {},
  ...over,
});

describe("annotations of a record", () => {
  it("are grouped by question, marks before numbers before words", () => {
    const groups = groupsOf([
      annotation({ kind: "text", question: "why" }),
      annotation({ annotator: "a" }),
      annotation({ kind: "ratings", question: "help" }),
      annotation({ annotator: "b" }),
    ]);
    expect(groups.map((each) => [each.kind, each.question, each.annotations.length])).toEqual([
      ["spans", "errors", 2],
      ["ratings", "help", 1],
      ["text", "why", 1],
    ]);
  });

  it("are titled by kind and question", () => {
    expect(groupTitle({ kind: "spans", question: "errors", annotations: [] })).toBe("Marks: Errors");
    expect(groupTitle({ kind: "spans", question: "spans", annotations: [] })).toBe("Marks");
    expect(groupTitle({ kind: "ratings", question: "", annotations: [] })).toBe("Ratings");
  });

  it("say who gave them", () => {
    expect(saidBy(annotation({ annotator: "annotator-3", origin: "campaign:2" }))).toBe(
      "annotator-3 (human, campaign:2)",
    );
    expect(saidBy(annotation({ source: "imported" }))).toBe("Imported");
  });

  it("are about the record as an item, with what its metadata lets annotators see", () => {
    const row = {
      prompt: [{ role: "user", content: "Q" }],
      responses: [{ response_id: "a", content: "A", generator: "model" }],
      context: "kind",
      metadata: { reference: "R", passages: "odd", generator: "secret" },
    } as unknown as DatasetRow;
    expect(itemOf(row)).toMatchObject({ context: "kind", materials: { reference: "R" } });
    expect(Object.keys(itemOf(row).materials ?? {})).toEqual(["reference"]);
  });
});
