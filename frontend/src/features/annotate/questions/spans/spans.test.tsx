import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { registry } from "@/actions";
import { bindKeyboard } from "@/actions/keyboard";
import { offsetsToRange, preloadSourceText } from "@/components/source-text";
import type { Item } from "@/lib/api/types";
import type { SpansAnswer, SpansQuestion } from "../types";
import { AnsweredSpans } from "./answered-spans";
import { DensityView } from "./density-view";
import SpansDock from "./spans-dock";
import SpansPane from "./spans-pane";

const QUESTION: SpansQuestion = {
  name: "errors",
  type: "spans",
  title: "Errors",
  required: true,
  categories: [
    { name: "wrong", title: "Wrong", density: "sentence", evidence: "passage", evidence_required: true },
    {
      name: "again",
      title: "Again",
      density: "sub_sentence",
      evidence: "earlier_span",
      evidence_required: true,
    },
    { name: "odd", title: "Odd", density: "sub_sentence", evidence: "none", evidence_required: false },
  ],
  omissions: [
    { name: "answer", title: "The answer", evidence: "passage" },
    { name: "detail", title: "A detail", evidence: "none" },
  ],
  severities: [
    { name: "minor", title: "Minor" },
    { name: "major", title: "Major" },
  ],
  notes: true,
  boundaries: "word",
  prompt_turns: false,
};
const TEXT = "👍 The **sky** is blue, and the sky is blue.";
let nextId = 100;
const newItem = (): Item => ({
  id: nextId++,
  position: 0,
  prompt: [{ role: "user", content: "Why?" }],
  context: null,
  responses: [
    { response_id: "a", content: TEXT },
    { response_id: "b", content: "Other words." },
  ],
  materials: {
    passages: [
      { title: "One", sentences: ["1a", "1b"] },
      { title: "Two", sentences: ["2a", "2b"] },
    ],
  },
});

const said: { answer: SpansAnswer | undefined; done: number } = { answer: undefined, done: 0 };

function Page({ item, question }: { item: Item; question: SpansQuestion }) {
  const [answer, setAnswer] = useState<SpansAnswer | undefined>();
  said.answer = answer;
  const props = {
    question,
    answer,
    item,
    active: true,
    missing: false,
    answers: {},
    form: { id: 1, version: 1, questions: [question] } as never,
    onChange: setAnswer,
    onActivate: () => undefined,
    onDone: () => {
      said.done += 1;
    },
  };
  return (
    <>
      {item.responses.map((response, index) => (
        <section key={response.response_id} aria-label={response.response_id}>
          <SpansPane {...props} target={response.response_id} text={response.content} focused={index === 0} />
        </section>
      ))}
      <SpansDock {...props} />
    </>
  );
}

let unbind: () => void;

beforeAll(async () => {
  // jsdom lays nothing out.
  Range.prototype.getClientRects ??= () => [] as unknown as DOMRectList;
  await preloadSourceText();
});

beforeEach(() => {
  unbind = bindKeyboard(registry);
  said.done = 0;
  vi.spyOn(window, "requestAnimationFrame").mockImplementation((run) => {
    run(0);
    return 0;
  });
});

afterEach(() => {
  unbind();
  cleanup();
  document.getSelection()?.removeAllRanges();
});

function show(question: Partial<SpansQuestion> = {}): void {
  render(<Page item={newItem()} question={{ ...QUESTION, ...question }} />);
}

function press(key: string, target: Element = document.body): void {
  act(() => {
    fireEvent.keyDown(target, { key });
  });
}

/** Selects the words as a mouse would. */
function select(words: string, target = "a", from = 0): void {
  const root = document.querySelector(`[data-spans-text="${target}"] .source-text`) as HTMLElement;
  const text = target === "a" ? TEXT : "Other words.";
  const start = text.indexOf(words, from);
  const range = offsetsToRange(root, start, start + words.length);
  act(() => {
    const selection = document.getSelection();
    selection?.removeAllRanges();
    if (range) selection?.addRange(range);
    document.dispatchEvent(new Event("selectionchange"));
  });
}

const quotes = () => said.answer?.marks.map((mark) => [mark.quote, mark.category]);
const message = () => document.querySelector("[data-question] p[role=status]")?.textContent;

describe("marking", () => {
  it("gives the selected words the category of the digit, in code points, and draws them", () => {
    show();
    select("ky");
    press("3");
    expect(said.answer?.marks).toEqual([
      {
        target: "a",
        start: 8,
        end: 11,
        quote: "sky",
        category: "odd",
        severity: null,
        note: "",
        evidence: null,
      },
    ]);
    const drawn = document.querySelector('[data-spans-text="a"] [data-mark]');
    expect(drawn?.textContent).toBe("sky");
    expect(drawn?.getAttribute("data-label")).toBe("3");
    const list = screen.getByRole("complementary", { name: "Marks on First" });
    expect(within(list).getByText("“sky”")).toBeTruthy();
  });

  it("says what to do when nothing is selected", () => {
    show();
    press("3");
    expect(said.answer).toBeUndefined();
    expect(message()).toMatch(/Select the words first/);
  });

  it("gives the mark at hand another category", () => {
    show();
    select("blue");
    press("3");
    select("");
    press("2");
    expect(quotes()).toEqual([["blue", "again"]]);
  });

  it("refuses words that a higher category has", () => {
    show();
    select("is blue");
    press("1");
    select("blue, and");
    press("3");
    expect(quotes()).toEqual([["is blue", "wrong"]]);
    expect(message()).toMatch(/“is blue” is marked Wrong here/);
  });

  it("replaces a lower category once the same key is pressed again", () => {
    show();
    select("is blue");
    press("3");
    select("blue, and");
    press("1");
    expect(quotes()).toEqual([["is blue", "odd"]]);
    expect(message()).toMatch(/Press 1 once more to put Wrong in its place/);
    press("1");
    expect(quotes()).toEqual([["blue, and", "wrong"]]);
  });

  it("removes the mark at hand with Delete", () => {
    show();
    select("blue");
    press("3");
    press("Delete");
    expect(said.answer).toBeUndefined();
  });

  it("cycles the severity and takes a note", () => {
    show();
    select("blue");
    press("3");
    press("!");
    expect(said.answer?.marks[0]?.severity).toBe("minor");
    press("!");
    expect(said.answer?.marks[0]?.severity).toBe("major");
    press("!");
    expect(said.answer?.marks[0]?.severity).toBeNull();
    press("n");
    const field = document.activeElement as HTMLInputElement;
    expect(field.tagName).toBe("INPUT");
    fireEvent.change(field, { target: { value: "why 3" } });
    expect(said.answer?.marks[0]?.note).toBe("why 3");
    press("Escape", field);
    expect(document.activeElement?.getAttribute("data-spans-text")).toBe("a");
  });
});

describe("evidence", () => {
  it("is the earlier words of the same text", () => {
    show();
    select("sky is blue.", "a", 20);
    press("2");
    expect(screen.getByText(/Select the earlier words/)).toBeTruthy();
    select("sky");
    press("v");
    expect(said.answer?.marks[0]?.evidence).toEqual({
      kind: "earlier_span",
      start: 8,
      end: 11,
      quote: "sky",
    });
  });

  it("cannot come after the mark", () => {
    show();
    select("sky");
    press("2");
    select("blue.", "a", 20);
    press("v");
    expect(said.answer?.marks[0]?.evidence).toBeNull();
    expect(message()).toMatch(/must come before/);
    press("Escape");
    press("!");
    expect(said.answer?.marks[0]?.severity).toBe("minor");
  });

  it("is a passage and its sentences, by digits", () => {
    show();
    select("blue");
    press("1");
    press("2");
    press("2");
    press("1");
    press("Enter");
    expect(said.answer?.marks[0]?.evidence).toEqual({ kind: "passage", passage: 1, sentences: [0, 1] });
    expect(screen.queryByText(/Which sentences/)).toBeNull();
  });

  it("goes back to the passages with Esc, then to marking", () => {
    show();
    select("blue");
    press("1");
    press("1");
    press("Escape");
    expect(screen.getByText(/Which passage/)).toBeTruthy();
    press("Escape");
    expect(screen.queryByText(/Which passage/)).toBeNull();
    press("v");
    expect(screen.getByText(/Which passage/)).toBeTruthy();
  });
});

describe("omissions", () => {
  it("are first-class: kind, then passage and sentences", () => {
    show();
    press("m");
    press("1");
    press("1");
    press("2");
    press("Enter");
    expect(said.answer?.omissions).toEqual([
      {
        target: "a",
        category: "answer",
        note: "",
        evidence: { kind: "passage", passage: 0, sentences: [1] },
      },
    ]);
  });

  it("without evidence are there at once, and can be removed", () => {
    show();
    press("m");
    press("2");
    expect(said.answer?.omissions.map((each) => each.category)).toEqual(["detail"]);
    press("Delete");
    expect(said.answer).toBeUndefined();
  });
});

describe("no errors found", () => {
  it("is said of one text after the other, then the question is done", () => {
    show();
    press("0");
    expect(said.answer?.no_error).toEqual(["a"]);
    expect(said.done).toBe(0);
    press("0");
    expect(said.answer?.no_error).toEqual(["a", "b"]);
    expect(said.done).toBe(1);
  });

  it("is refused where something is marked", () => {
    show();
    select("blue");
    press("3");
    press("0");
    expect(said.answer?.no_error).toEqual([]);
    expect(message()).toMatch(/First has marks/);
  });

  it("is withdrawn by a mark", () => {
    show();
    press("0");
    select("blue");
    press("3");
    expect(said.answer?.no_error).toEqual([]);
  });
});

describe("the keyboard's caret", () => {
  it("comes with h, and Tab walks the marks and then leaves", () => {
    show();
    select("blue");
    press("3");
    select("sky", "a", 20);
    press("3");
    press("h");
    const text = document.activeElement as HTMLElement;
    expect(text.getAttribute("data-spans-text")).toBe("a");
    select("");
    act(() => {
      fireEvent.keyDown(text, { key: "Tab", shiftKey: true });
    });
    expect(document.querySelector("[data-active]")?.textContent).toBe("blue");
    press("Tab", text);
    expect(document.querySelector("[data-active]")?.textContent).toBe("sky");
    const left = fireEvent.keyDown(text, { key: "Tab" });
    expect(left).toBe(true);
  });
});

describe("reading", () => {
  const answer: SpansAnswer = {
    sha256: {},
    marks: [
      {
        target: "a",
        start: 12,
        end: 21,
        quote: "** is blu",
        category: "odd",
        severity: "minor",
        note: "so what",
        evidence: null,
      },
    ],
    omissions: [{ target: "a", category: "detail", note: "", evidence: null }],
    no_error: ["b"],
  };

  it("shows marks over the text and in a list", () => {
    render(<AnsweredSpans text={TEXT} target="a" answer={answer} question={QUESTION} />);
    expect(document.querySelectorAll("[data-mark]").length).toBeGreaterThan(0);
    expect(screen.getByText("so what")).toBeTruthy();
    expect(screen.getByText("A detail")).toBeTruthy();
  });

  it("says so of a text without errors, and of marks on another version", () => {
    render(<AnsweredSpans text="Other words." target="b" answer={answer} question={QUESTION} />);
    expect(screen.getByText(/No errors found/)).toBeTruthy();
    cleanup();
    render(
      <AnsweredSpans
        text="changed"
        target="a"
        answer={{ ...answer, sha256: { a: "0" } }}
        question={QUESTION}
      />,
    );
    expect(screen.getByText(/another version/)).toBeTruthy();
    expect(document.querySelector("[data-mark]")).toBeNull();
  });

  it("shows three densities", () => {
    const density = {
      sub_sentence: [
        { start: 0, end: 5, label: "O", categories: [] },
        { start: 6, end: 20, label: "NF-ERR", categories: ["odd"] },
      ],
      sentence: [{ start: 0, end: 30, label: "Ignore", categories: [] }],
      response: { categories: ["detail"] },
      per_100_tokens: { odd: 2.5, wrong: 0 },
    };
    render(<DensityView text={TEXT} density={density} question={QUESTION} />);
    expect(document.querySelector('[data-mark="sub_sentence:6"]')).toBeTruthy();
    expect(screen.getByText(/Odd 2.50/)).toBeTruthy();
    fireEvent.click(screen.getByRole("radio", { name: "Sentences" }));
    expect(document.querySelector('[data-mark="sentence:0"]')?.getAttribute("data-tone")).toBe("point");
    fireEvent.click(screen.getByRole("radio", { name: "Whole response" }));
    expect(document.querySelector("[data-mark]")).toBeNull();
    expect(screen.getByText(/A detail/)).toBeTruthy();
  });
});
