import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bindKeyboard } from "@/actions/keyboard";
import { registry } from "@/actions/registry";
import type { Item } from "@/lib/api/types";
import { t } from "@/lib/i18n";
import { draftCounts, firstPassDone } from "../../drafted";
import { draftedStore } from "../drafted";
import type { Answers, Mark, Question, SpansAnswer, SpansQuestion } from "../types";
import { EMPTY } from "./answer";
import { accepted, countsOfSpans, entriesOf, waiting } from "./drafted";
import { DraftedMarks } from "./drafted-marks";
import { spansStore } from "./ui-store";

const TEXT = "one two three four";
const QUESTION: SpansQuestion = {
  name: "errors",
  type: "spans",
  title: "Errors",
  required: true,
  categories: [
    { name: "wrong", title: "Wrong", density: "sentence", evidence: "none", evidence_required: false },
    { name: "odd", title: "Odd", density: "sentence", evidence: "none", evidence_required: false },
  ],
  omissions: [{ name: "missing", title: "Missing", evidence: "none" }],
  severities: [],
  notes: true,
  boundaries: "word",
  prompt_turns: false,
};
const WHY: Question = {
  name: "why",
  type: "rationale",
  title: "Why?",
  required: true,
  reasons: [],
  min_chars: 0,
  max_chars: 100,
  links: false,
};

function mark(quote: string, category = "wrong", over: Partial<Mark> = {}): Mark {
  const start = TEXT.indexOf(quote);
  return {
    target: "a",
    start,
    end: start + quote.length,
    quote,
    category,
    severity: null,
    note: "",
    evidence: null,
    ...over,
  };
}

const omission = { target: "b", category: "missing", note: "", evidence: null };
const DRAFT: SpansAnswer = { ...EMPTY, marks: [mark("one"), mark("three")], omissions: [omission] };
const NONE = { decided: {} };

let items = 0;
const newItem = (): Item => ({
  id: ++items,
  position: 0,
  prompt: [{ role: "user", content: "q" }],
  context: null,
  materials: null,
  responses: [
    { response_id: "a", content: TEXT },
    { response_id: "b", content: "five" },
  ],
});

describe("drafted marks", () => {
  it("wait until they are decided, unless they are said already", () => {
    const own = { ...EMPTY, marks: [mark("three")] };
    expect(waiting(DRAFT, own, NONE).map((each) => each.id)).toEqual(["a@0-3 wrong", "b missing"]);
    expect(waiting(DRAFT, own, { decided: { "a@0-3 wrong": "rejected" } })).toHaveLength(1);
  });

  it("become ordinary marks, in the place of what they overlap and of “no errors found”", () => {
    const own = { ...EMPTY, marks: [mark("two three", "odd")], no_error: ["b"] };
    const whole = entriesOf(DRAFT).reduce(accepted, own);
    expect(whole.marks).toEqual([mark("one"), mark("three")]);
    expect([whole.omissions, whole.no_error]).toEqual([[omission], []]);
  });

  it("count as corrected once they are changed", () => {
    const decided = {
      "a@0-3 wrong": "accepted",
      "a@8-13 wrong": "accepted",
      "b missing": "rejected",
    } as const;
    const answer = { ...EMPTY, marks: [mark("one", "wrong", { note: "Sure." }), mark("three", "odd")] };
    expect(countsOfSpans(DRAFT, answer, { decided })).toEqual({
      offered: 3,
      accepted: 1,
      corrected: 1,
      rejected: 1,
    });
  });
});

describe("drafts are offered", () => {
  const asked = [QUESTION, WHY];
  const first = { ...EMPTY, marks: [mark("two")] };
  const whole = { ...first, no_error: ["b"] };

  it("for marks once every text was read, for a rationale once the rest is answered", () => {
    const item = newItem();
    const done = (question: Question, answers: Answers) => firstPassDone(question, asked, answers, item, {});
    expect(done(QUESTION, {})).toBe(false);
    expect(done(QUESTION, { errors: first })).toBe(false);
    expect(firstPassDone({ ...QUESTION, required: false }, asked, { errors: first }, item, {})).toBe(false);
    expect(done(QUESTION, { errors: whole })).toBe(true);
    expect([done(WHY, {}), done(WHY, { errors: whole })]).toEqual([false, true]);
    const other = { ...WHY, name: "other" };
    const both = (drafts: Answers) => firstPassDone(WHY, [WHY, other], {}, item, drafts);
    expect([both({}), both({ other: { text: "So.", reasons: [], links: [] } })]).toEqual([false, true]);
  });

  it("and counted over the form, but not where they were never shown", () => {
    const item = newItem();
    const drafts: Answers = { errors: DRAFT, why: { text: "So.", reasons: [], links: [] } };
    expect(draftCounts(drafts, asked, {}, item)).toBeUndefined();
    expect(draftCounts({}, asked, { errors: whole }, item)).toBeUndefined();
    draftedStore(item.id, "why").set({ decided: { text: "accepted" } });
    const answers: Answers = { errors: whole, why: { text: "So it is.", reasons: [], links: [] } };
    expect(draftCounts(drafts, asked, answers, item)).toEqual({
      offered: 4,
      accepted: 0,
      corrected: 1,
      rejected: 0,
    });
  });
});

describe("the offer", () => {
  let unbind: () => void;
  beforeEach(() => {
    unbind = bindKeyboard(registry);
    moves = [];
  });
  afterEach(() => unbind());
  const press = (key: string, shiftKey = false) =>
    act(() => void fireEvent.keyDown(document.body, { key, shiftKey }));

  let given: SpansAnswer | undefined;
  let moves: string[] = [];
  function Offer({ item }: { item: Item }) {
    const [answer, setAnswer] = useState<SpansAnswer | undefined>({ ...EMPTY, no_error: ["a", "b"] });
    given = answer;
    const context = {
      question: QUESTION,
      answer: answer ?? EMPTY,
      item,
      store: spansStore(item.id, QUESTION.name),
      target: "a",
      t,
      onChange: setAnswer,
      onDone: () => moves.push("on"),
    };
    return <DraftedMarks context={context} draft={DRAFT} active onActivate={() => moves.push("here")} />;
  }

  it("goes mark by mark with two keys", () => {
    render(<Offer item={newItem()} />);
    expect(screen.getByText("3 drafted marks")).toBeTruthy();
    press("y");
    press("u");
    expect(given).toMatchObject({ marks: [mark("one")], omissions: [], no_error: ["b"] });
    expect(screen.getByText("1 drafted mark")).toBeTruthy();
    expect(moves).toEqual(["here"]);
    fireEvent.click(screen.getByRole("button", { name: /Reject/ }));
    expect(screen.queryByRole("group", { name: "Drafted marks" })).toBeNull();
    expect(given?.omissions).toEqual([]);
    // The keys come to the marks when they are offered, and go on when none is left.
    expect(moves).toEqual(["here", "on"]);
  });

  it("takes all at once", () => {
    render(<Offer item={newItem()} />);
    press("Y", true);
    expect([given?.marks.length, given?.omissions.length, given?.no_error]).toEqual([2, 1, []]);
  });
});
