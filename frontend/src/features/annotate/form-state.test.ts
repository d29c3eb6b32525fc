import { describe, expect, it } from "vitest";
import type { Form, Item } from "@/lib/api/types";
import { activeQuestion, askedQuestions, cleanAnswers } from "./form-state";
import type { Answers, Condition, Question } from "./questions/types";

const item: Item = {
  id: 1,
  position: 0,
  prompt: [{ role: "user", content: "Why?" }],
  responses: [
    { response_id: "r1", content: "One.\n\nTwo." },
    { response_id: "r2", content: "Short." },
  ],
  context: null,
};
const common = { title: "", required: false };
const when = (question: string, fact: string, value: number): Condition => ({
  question,
  fact,
  test: "at_least",
  value,
});

function asked(first: Question, condition: Condition, answers: Answers) {
  const why: Question = { ...common, name: "why", type: "text", max_chars: 100, show_if: [condition] };
  const form: Form = { id: 1, version: 1, questions: [first, why] };
  return {
    names: askedQuestions(form, answers, item).map(({ question }) => question.name),
    sent: cleanAnswers(form, { ...answers, why: "Because." }, item),
  };
}

describe("conditions look at answers as they are sent", () => {
  it("so the first error that labels tell counts, though nobody has named it", () => {
    const chain: Question = {
      ...common,
      name: "chain",
      type: "steps",
      split: "blank_line",
      neutral: true,
      first_error: true,
    };
    const labels = { labels: ["good" as const, "bad" as const], first_error: null };
    const found = asked(chain, when("chain", "first_errors", 1), { chain: { r1: labels } });
    expect(found.names).toEqual(["chain", "why"]);
    expect(found.sent).toEqual({ chain: { r1: { ...labels, first_error: 1 } }, why: "Because." });
  });

  it("so blanks around a text do not count", () => {
    const note: Question = { ...common, name: "note", type: "text", max_chars: 100 };
    expect(asked(note, when("note", "characters", 3), { note: " a " }).names).toEqual(["note"]);
    expect(asked(note, when("note", "characters", 3), { note: " abc " }).sent).toEqual({
      note: "abc",
      why: "Because.",
    });
  });

  it("and so much of an edit was changed as the page counted", () => {
    const fix: Question = { ...common, name: "fix", type: "edit", which: "any", marks_into: null };
    const answers = { fix: { edits: [{ response: "r2", text: "Shorter.", characters: 2 }] } };
    expect(asked(fix, when("fix", "characters", 2), answers).names).toEqual(["fix", "why"]);
    expect(asked(fix, when("fix", "characters", 3), answers).names).toEqual(["fix"]);
  });

  it("half an answer decides nothing", () => {
    const rank: Question = {
      ...common,
      name: "rank",
      type: "ranking",
      ties: true,
      partial: false,
      top_k: null,
      not_rankable: true,
      aspect: null,
    };
    expect(asked(rank, when("rank", "ranked", 1), { rank: { ranks: { r1: 1 } } }).names).toEqual(["rank"]);
  });
});

describe("digits", () => {
  const pair: Question = {
    ...common,
    name: "pair",
    type: "pairwise",
    steps: 7,
    tie: true,
    both_bad: true,
    aspect: null,
  };
  const why = (reasons: string[]): Question => ({
    ...common,
    name: "why",
    type: "rationale",
    min_chars: 0,
    max_chars: 100,
    links: false,
    reasons: reasons.map((value) => ({ value, label: value })),
    required_if: [],
  });
  const answered = { pair: { better: "r1", strength: 3 } };

  it("still correct the preference when only words are left to write", () => {
    expect(activeQuestion([pair, why([])], answered, item, null, "pair")?.name).toBe("pair");
  });

  it("go on to what can be answered with them", () => {
    expect(activeQuestion([pair, why(["facts"])], answered, item, null, "pair")?.name).toBe("why");
  });

  it("belong to the question that was chosen", () => {
    expect(activeQuestion([pair, why([])], answered, item, "why", "pair")?.name).toBe("why");
  });
});
