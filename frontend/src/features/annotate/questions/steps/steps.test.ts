import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Item } from "@/lib/api/types";
import { countCodePoints } from "../offsets";
import type { StepsQuestion } from "../types";
import { stepsOf } from "./cut";
import {
  cleaned,
  factsOf,
  impliedError,
  isComplete,
  setFirstError,
  setLabel,
  setNoError,
  unlabelled,
} from "./labels";

const QUESTION: StepsQuestion = {
  name: "chain",
  type: "steps",
  title: "Steps",
  required: true,
  split: "line",
  neutral: true,
  first_error: true,
};

const item = (...texts: string[]): Item => ({
  id: 1,
  position: 0,
  prompt: [],
  context: null,
  responses: texts.map((content, index) => ({ response_id: `r${index + 1}`, content })),
});

const VECTORS = join(import.meta.dirname, "../../../../../../tests/vectors/steps.json");

describe("steps", () => {
  const texts = (text: string, split: StepsQuestion["split"]) =>
    stepsOf(text, split).map((step) => text.slice(step.start, step.end));

  it("are lines, or runs of lines", () => {
    const text = "\n  one\ntwo \n\n \n three\n";
    expect(texts(text, "line")).toEqual(["one", "two", "three"]);
    expect(texts(text, "blank_line")).toEqual(["one\ntwo", "three"]);
    expect(texts("", "line")).toEqual([]);
    expect(texts("a\r\nb\r\n\r\nc", "blank_line")).toEqual(["a\r\nb", "c"]);
  });

  it.runIf(existsSync(VECTORS))("are cut as the server cuts them", () => {
    interface Case {
      text: string;
      split: StepsQuestion["split"];
      steps: { start: number; end: number; text: string }[];
    }
    const parsed: Case[] | { cases: Case[] } = JSON.parse(readFileSync(VECTORS, "utf8"));
    const cases = Array.isArray(parsed) ? parsed : parsed.cases;
    expect(cases.length).toBeGreaterThan(0);
    for (const { text, split, steps } of cases) {
      const found = stepsOf(text, split).map(({ start, end }) => ({
        start: countCodePoints(text.slice(0, start)),
        end: countCodePoints(text.slice(0, end)),
        text: text.slice(start, end),
      }));
      expect(found, JSON.stringify({ text, split })).toEqual(steps);
    }
  });
});

describe("labels", () => {
  const empty = { labels: [null, null, null], first_error: null };

  it("go on and off", () => {
    const once = setLabel(empty, 1, "good");
    expect(once.labels).toEqual([null, "good", null]);
    expect(setLabel(once, 1, "good").labels).toEqual([null, null, null]);
  });

  it("of the first error make what is before it good and leave what is after", () => {
    expect(setFirstError(empty, 1)).toEqual({ labels: ["good", "bad", null], first_error: 1 });
    expect(setFirstError({ labels: ["neutral", null, "bad"], first_error: null }, 1)).toEqual({
      labels: ["neutral", "bad", "bad"],
      first_error: 1,
    });
    expect(setFirstError({ labels: ["bad", null, null], first_error: null }, 1)).toBeNull();
  });

  it("withdraw a first error that they contradict", () => {
    const first = setFirstError(empty, 1) ?? empty;
    expect(setLabel(first, 0, "bad").first_error).toBeNull();
    expect(setLabel(first, 1, "good").first_error).toBeNull();
    expect(setLabel(first, 2, "bad").first_error).toBe(1);
  });

  it("of no error make every step good, unless one is bad", () => {
    expect(setNoError({ labels: ["neutral", null, null], first_error: null })).toEqual({
      labels: ["neutral", "good", "good"],
      first_error: "none",
    });
    expect(setNoError({ labels: ["bad", null, null], first_error: null })).toBeNull();
  });

  it("tell the first error once every step has one", () => {
    expect(impliedError(QUESTION, { labels: ["good", "bad", "bad"], first_error: null })).toBe(1);
    expect(impliedError(QUESTION, { labels: ["good", "neutral"], first_error: null })).toBe("none");
    expect(impliedError(QUESTION, { labels: ["bad", null], first_error: null })).toBeNull();
    expect(
      impliedError({ ...QUESTION, first_error: false }, { labels: ["bad"], first_error: null }),
    ).toBeNull();
  });

  it("are needed up to the first error only", () => {
    expect(unlabelled({ labels: ["good", "bad", null], first_error: 1 })).toEqual([]);
    expect(unlabelled({ labels: ["good", null, null], first_error: null })).toEqual([1, 2]);
  });
});

describe("an answer", () => {
  const two = item("a\nb", "c");
  const done = { r1: { labels: ["good" as const, "bad" as const], first_error: null } };

  it("is complete when every response is, if the question is required", () => {
    expect(isComplete(QUESTION, undefined, two)).toBe(false);
    expect(isComplete(QUESTION, done, two)).toBe(false);
    expect(isComplete({ ...QUESTION, required: false }, done, two)).toBe(true);
    expect(isComplete(QUESTION, { ...done, r2: { labels: ["neutral"], first_error: null } }, two)).toBe(true);
  });

  it("is sent with the first error its labels tell, and without chains of which nothing is said", () => {
    const given = { ...done, r2: { labels: [null], first_error: null } };
    expect(cleaned(QUESTION, given, two)).toEqual({ r1: { labels: ["good", "bad"], first_error: 1 } });
    expect(cleaned({ ...QUESTION, required: false }, { r2: given.r2 }, two)).toBeUndefined();
  });

  it("has facts", () => {
    expect(factsOf({ r1: { labels: ["good", "bad", "bad"], first_error: 1 } })).toEqual({
      bad: 2,
      first_errors: 1,
    });
  });
});
