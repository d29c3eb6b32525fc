import { describe, expect, it } from "vitest";
import {
  type Entries,
  entriesOf,
  fieldsOf,
  paramsOf,
  problemsOf,
  refusalsOf,
  shownEntry,
} from "@/lib/schema-form";

const QUICK = {
  type: "object",
  properties: {
    features: { type: "string", enum: ["embeddings", "scores"], default: "embeddings" },
    folds: { type: "integer", minimum: 3, maximum: 20, default: 5 },
    beta: { type: "number", exclusiveMinimum: 0, description: "Weight." },
    flip: { type: "boolean" },
    keep: { type: "boolean", default: true },
    aspects: { type: "array", items: { type: "string", enum: ["clear", "right", "kind"] } },
    words: { type: "array", items: { type: "string" } },
    note: { type: ["string", "null"] },
  },
};
const quick = fieldsOf(QUICK);
const field = (name: string) => {
  const found = quick.find((each) => each.name === name);
  if (!found) throw new Error(name);
  return found;
};

describe("fields of a schema", () => {
  it("get the control that fits their type", () => {
    expect(quick.map((each) => [each.name, each.control])).toEqual([
      ["features", "choice"],
      ["folds", "number"],
      ["beta", "number"],
      ["flip", "flag"],
      ["keep", "flag"],
      ["aspects", "choices"],
      ["words", "lines"],
      ["note", "text"],
    ]);
    expect(field("beta")).toMatchObject({ label: "Beta", description: "Weight.", whole: false });
  });

  it("are picked from a list where the format says of what", () => {
    const fields = fieldsOf(
      {
        properties: {
          model: { type: "integer" },
          policy: { type: "integer", format: "model", kind: "policy", title: "Trained policy" },
          signals: {
            type: "array",
            items: { type: "integer", format: "signal", level: "pair" },
            minItems: 2,
          },
          against: { type: "integer", format: "dataset_version" },
        },
        required: ["model"],
      },
      { model: { format: "model", kind: "reward" } },
    );
    expect(fields).toMatchObject([
      { control: "pick", format: "model", modelKind: "reward", required: true },
      { control: "pick", format: "model", modelKind: "policy", label: "Trained policy" },
      { control: "picks", format: "signal", level: "pair", fewest: 2 },
      { control: "pick", format: "dataset_version" },
    ]);
    expect(paramsOf(fields, { model: "4", signals: ["9", "7"] })).toEqual({ model: 4, signals: [9, 7] });
    expect(problemsOf(fields, { signals: ["9"] })).toEqual({
      model: "Choose one.",
      signals: "Choose at least 2.",
    });
  });

  it("read constants with titles as options, and optional ones beside null", () => {
    const [choice, count] = fieldsOf({
      properties: {
        how: { oneOf: [{ const: "a", title: "First way" }, { const: "b" }] },
        count: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], default: null },
      },
      required: ["count"],
    });
    expect(choice).toMatchObject({
      control: "choice",
      options: [
        { value: "a", label: "First way" },
        { value: "b", label: "B" },
      ],
    });
    expect(count).toMatchObject({ control: "number", required: false, min: { value: 1, open: false } });
  });

  it("of a signal's column go with the field that picks the signal", () => {
    const fields = fieldsOf({
      properties: {
        margin: { type: "integer", format: "signal", holds: "margin" },
        margin_column: { type: "string", format: "signal_column", default: "" },
      },
    });
    expect(fields).toMatchObject([
      { control: "pick", holds: "margin" },
      { control: "column", of: "margin" },
    ]);
    expect(paramsOf(fields, { margin: "4", margin_column: "mean" })).toEqual({
      margin: 4,
      margin_column: "mean",
    });
    expect(paramsOf(fields, { margin: "4", margin_column: "" })).toEqual({ margin: 4 });
  });

  it("can be written as JSON when nothing fits", () => {
    const fields = fieldsOf({ properties: { weights: { type: "object" } } });
    expect(fields[0]?.control).toBe("json");
    expect(paramsOf(fields, { weights: '{"a": 2}' })).toEqual({ weights: { a: 2 } });
    expect(problemsOf(fields, { weights: "{" })).toEqual({ weights: "This is not valid JSON." });
  });

  it("are none without a schema", () => {
    expect(fieldsOf({})).toEqual([]);
  });
});

describe("what is shown", () => {
  it("is the default until somebody writes something", () => {
    expect(quick.map((each) => shownEntry(each, {}))).toEqual([
      "embeddings",
      "5",
      "",
      false,
      true,
      [],
      "",
      "",
    ]);
    expect(shownEntry(field("folds"), { folds: "" })).toBe("");
  });
});

describe("what is sent", () => {
  it("is nothing when nothing was set", () => {
    expect(paramsOf(quick, {})).toEqual({});
  });

  it("is only what was set, in its own type", () => {
    const entries: Entries = { folds: "7", beta: "0.5", flip: true, keep: false, aspects: ["kind", "clear"] };
    expect(paramsOf(quick, { ...entries, words: " one \n\n two" })).toEqual({
      folds: 7,
      beta: 0.5,
      flip: true,
      keep: false,
      aspects: ["clear", "kind"],
      words: ["one", "two"],
    });
  });

  it("leaves out what was emptied or put back to its default", () => {
    const entries: Entries = { features: "embeddings", folds: "5", flip: false, keep: true, note: "  " };
    expect(paramsOf(quick, entries)).toEqual({});
    expect(paramsOf(quick, { folds: "" })).toEqual({});
  });

  it("always holds what is required, defaults and zeros and “no” among it", () => {
    const fields = fieldsOf({
      properties: {
        seed: { type: "integer", default: 0 },
        strict: { type: "boolean" },
        way: { type: "string", enum: ["a", "b"], default: "b" },
      },
      required: ["seed", "strict", "way"],
    });
    expect(paramsOf(fields, {})).toEqual({ seed: 0, strict: false, way: "b" });
    expect(paramsOf(fields, { seed: "" })).toEqual({ seed: 0, strict: false, way: "b" });
  });

  it("keeps the type of enumerated numbers", () => {
    const fields = fieldsOf({ properties: { size: { enum: [5, 13] } } });
    expect(paramsOf(fields, { size: "13" })).toEqual({ size: 13 });
  });
});

describe("what is wrong", () => {
  it.each([
    ["folds", "2", "Give a whole number from 3 to 20."],
    ["folds", "4.5", "Give a whole number from 3 to 20."],
    ["folds", "many", "Give a whole number from 3 to 20."],
    ["beta", "0", "Give a number above 0."],
  ])("%s: %s", (name, text, problem) => {
    expect(problemsOf(quick, { [name]: text })).toEqual({ [name]: problem });
  });

  it("is nothing in a form as it opens, unless something required has no default", () => {
    expect(problemsOf(quick, {})).toEqual({});
    const fields = fieldsOf({ properties: { word: { type: "string" } }, required: ["word"] });
    expect(problemsOf(fields, { word: " " })).toEqual({ word: "This is needed." });
  });
});

describe("refusals of the server", () => {
  it("stand at their field, also those of one item of a list", () => {
    const refused = {
      "params.folds": "Too many.",
      "params.words.0": "Unknown.",
      "params.words.1": "Unknown too.",
      "params.gone": "No such parameter.",
      kind: "Unknown kind.",
    };
    expect(refusalsOf(quick, refused)).toEqual({ folds: "Too many.", words: "Unknown. Unknown too." });
  });

  it("are said in the words of the message where it speaks of the field", () => {
    const message = "params.folds: a whole number from 3 to 20.";
    expect(refusalsOf(quick, { "params.folds": "Number." }, message)).toEqual({
      folds: "A whole number from 3 to 20.",
    });
    expect(refusalsOf(quick, { "params.beta": "Number." }, message)).toEqual({ beta: "Number." });
  });
});

describe("a schema with definitions", () => {
  const schema = {
    $ref: "#/$defs/Options",
    $defs: {
      Criterion: {
        type: "object",
        properties: {
          title: { type: "string", maxLength: 120 },
          description: { type: "string", maxLength: 1000, default: "" },
        },
        required: ["title"],
      },
      Tree: { type: "object", properties: { child: { $ref: "#/$defs/Tree" } } },
      Options: {
        type: "object",
        properties: {
          criteria: { type: "array", items: { $ref: "#/$defs/Criterion" }, maxItems: 2, default: [] },
          checklist: { type: "array", items: { type: "string" }, default: [] },
          tree: { anyOf: [{ type: "null" }, { $ref: "#/$defs/Tree" }], default: null },
        },
        required: [],
      },
    },
  };
  const fields = fieldsOf(schema);

  it("has the fields of what it refers to", () => {
    expect(fields.map((field) => [field.name, field.control])).toEqual([
      ["criteria", "items"],
      ["checklist", "lines"],
      ["tree", "json"],
    ]);
    expect(fields[0]).toMatchObject({
      most: 2,
      parts: [
        { name: "title", label: "Title", required: true, longest: 120 },
        { name: "description", label: "Description", required: false, longest: 1000 },
      ],
    });
  });

  it("sends items without those nothing was written in", () => {
    const blank = { title: " ", description: "" };
    const entries = { criteria: [{ title: " Correct ", description: "" }, blank] };
    expect(paramsOf(fields, entries)).toEqual({ criteria: [{ title: "Correct", description: "" }] });
    expect(paramsOf(fields, { criteria: [blank] })).toEqual({});
  });

  it("says which item lacks what", () => {
    const entries = {
      criteria: [
        { title: "Correct", description: "" },
        { title: "", description: "No name" },
      ],
    };
    expect(problemsOf(fields, entries)).toEqual({ criteria: "Number 2 has no title." });
  });

  it("takes up again what was sent before", () => {
    const sent = { criteria: [{ title: "Correct", description: "" }], checklist: ["One", "Two"] };
    const entries = entriesOf(fields, { ...sent, unknown: 1, tree: null });
    expect(entries).toEqual({ ...sent, checklist: "One\nTwo" });
    expect(paramsOf(fields, entries)).toEqual(sent);
  });

  it("is refused by its own name", () => {
    const refused = { "options.criteria[1].title": "Expected at most 120 characters" };
    expect(refusalsOf(fields, refused, "", "options")).toEqual({
      criteria: "Expected at most 120 characters",
    });
    expect(refusalsOf(fields, refused)).toEqual({});
  });
});
