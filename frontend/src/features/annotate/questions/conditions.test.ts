import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isRequired, visibleQuestions } from "./conditions";
import type { Answers, Question } from "./types";

interface Case {
  about: string;
  questions: Question[];
  answers: Answers;
  visible: string[];
  required: string[];
}

// The server's tests read the same file: what the page shows is what the server takes.
const path = join(import.meta.dirname, "../../../../../tests/vectors/conditions.json");
const cases: Case[] = JSON.parse(readFileSync(path, "utf8"));

describe("conditions between questions", () => {
  it("has cases to be tested with", () => {
    expect(cases.length).toBeGreaterThan(40);
  });

  it.each(cases.map((each) => [each.about, each] as const))("%s", (_about, given) => {
    const visible = visibleQuestions(given.questions, given.answers);
    const required = visible.filter((question) => isRequired(question, visible, given.answers));
    expect(visible.map((question) => question.name)).toEqual(given.visible);
    expect(required.map((question) => question.name)).toEqual(given.required);
  });
});
