import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registry } from "@/actions";
import { bindKeyboard } from "@/actions/keyboard";
import type { Item } from "@/lib/api/types";
import { Dock } from "../dock";
import { activeQuestion, askedQuestions, cleanAnswers, isAnswered } from "../form-state";
import type { QuestionProps } from "./module";
import { movedLinks } from "./rationale/links";
import type { Answers, Question } from "./types";

const ITEM: Item = {
  id: 1,
  position: 0,
  prompt: [{ role: "user", content: "Which?" }],
  responses: ["aa", "bb", "cc"].map((id) => ({ response_id: id, content: `The answer of ${id}.` })),
  context: null,
};

let answers: Answers = {};
let unbind = () => {};
beforeEach(() => {
  answers = {};
  unbind = bindKeyboard(registry);
});
afterEach(() => unbind());

function Page({ questions, item }: { questions: Question[]; item: Item }) {
  const [state, setState] = useState<Answers>({});
  const [chosen, setChosen] = useState<string | null>(null);
  answers = state;
  const form = { id: 1, version: 1, questions };
  const asked = askedQuestions(form, state, item).map((each) => each.question);
  const active = activeQuestion(asked, state, item, chosen);
  const props: QuestionProps[] = asked.map((question) => ({
    question,
    answer: state[question.name],
    item,
    active: question === active,
    missing: false,
    answers: state,
    form,
    onChange: (answer) =>
      setState(({ [question.name]: _, ...others }) =>
        answer === undefined ? others : { ...others, [question.name]: answer },
      ),
    onActivate: () => setChosen(question.name),
    onDone: () => setChosen(null),
  }));
  return <Dock questions={props} />;
}

function ask(question: Partial<Question> & { type: Question["type"] }, item = ITEM) {
  const whole = { name: "q", title: "Question", required: true, ...question } as Question;
  render(<Page questions={[whole]} item={item} />);
  return whole;
}

function press(...keys: string[]) {
  for (const key of keys) act(() => void fireEvent.keyDown(document.body, { key }));
}

function sent(question: Question, item = ITEM) {
  return cleanAnswers({ id: 1, version: 1, questions: [question] }, answers, item)[question.name];
}

describe("ranking", () => {
  const ranking = { ties: true, partial: false, top_k: null, not_rankable: true, aspect: null };

  it("sends the card at hand to the digit's slot and goes on to the next", () => {
    const question = ask({ type: "ranking", ...ranking });
    press("2", "1", "2");
    expect(sent(question)).toEqual({ ranks: { aa: 2, bb: 1, cc: 2 } });
  });

  it("closes gaps, and is incomplete while one is not ranked", () => {
    const question = ask({ type: "ranking", ...ranking });
    press("3", "1");
    expect(isAnswered(question, answers, ITEM)).toBe(false);
    press("3");
    expect(sent(question)).toEqual({ ranks: { aa: 2, bb: 1, cc: 2 } });
  });

  it("takes a card out again, and can say not rankable", () => {
    const question = ask({ type: "ranking", ...ranking, partial: true });
    press("1", "ArrowLeft", "Backspace");
    expect(answers).toEqual({});
    press("0");
    expect(sent(question)).toEqual({ outcome: "not_rankable" });
  });

  it("refuses equal slots where there are no ties", () => {
    const question = ask({ type: "ranking", ...ranking, ties: false });
    press("1", "1", "2");
    expect(isAnswered(question, answers, ITEM)).toBe(false);
  });

  it("works by pointer: a card, then a slot", () => {
    const question = ask({ type: "ranking", ...ranking, top_k: 1 });
    fireEvent.click(screen.getByRole("button", { name: "Third" }));
    fireEvent.click(screen.getByRole("button", { name: "Rank 1" }));
    expect(sent(question)).toEqual({ ranks: { cc: 1 } });
  });
});

describe("ratings", () => {
  const aspect = (name: string) => ({ name, title: name, description: "", anchors: {} });
  const scale = { per: "response" as const, low: 0, high: 4, na: true, item_rubric: false };

  it("goes down the aspects of one text and then to the next", () => {
    const question = ask({ type: "ratings", ...scale, aspects: [aspect("truth"), aspect("style")] });
    press("4", "-", "0", "1", "2", "3");
    expect(sent(question)).toEqual({
      aa: { truth: 4, style: "na" },
      bb: { truth: 0, style: 1 },
      cc: { truth: 2, style: 3 },
    });
  });

  it("rates criteria of two-level rubrics and shows their mean", () => {
    const item = { ...ITEM, responses: ITEM.responses.slice(0, 1) };
    const question = ask(
      {
        type: "ratings",
        ...scale,
        high: 10,
        aspects: [{ ...aspect("truth"), criteria: [aspect("facts"), aspect("sources")] }],
      },
      item,
    );
    press("1", "0", "5");
    expect(sent(question, item)).toEqual({ aa: { "truth/facts": 10, "truth/sources": 5 } });
    expect(screen.getByText("mean 7.5")).toBeTruthy();
  });

  it("takes the item's own rubric where there is one", () => {
    const item = {
      ...ITEM,
      responses: ITEM.responses.slice(0, 1),
      materials: { rubric: [aspect("rhymes")] },
    };
    const question = ask({ type: "ratings", ...scale, item_rubric: true, aspects: [] }, item);
    fireEvent.click(within(screen.getByRole("group", { name: /rhymes/ })).getByRole("button", { name: "3" }));
    expect(sent(question, item)).toEqual({ aa: { rhymes: 3 } });
  });

  it("moves with arrows and clears", () => {
    ask({ type: "ratings", ...scale, required: false, aspects: [aspect("truth"), aspect("style")] });
    press("1", "ArrowUp", "ArrowRight", "2", "ArrowUp", "Backspace");
    expect(answers.q).toEqual({ aa: { truth: 1 } });
  });
});

describe("thumbs and choices for each text", () => {
  it("answers one text after the other", () => {
    const question = ask({ type: "thumbs", per: "response" });
    press("1", "2", "1");
    expect(sent(question)).toEqual({ aa: "up", bb: "down", cc: "up" });
  });

  it("asks about turns of the conversation too", () => {
    const item = { ...ITEM, prompt: [...ITEM.prompt, { role: "assistant", content: "This one." }] };
    const question = ask({ type: "thumbs", per: "turn", required: false }, item);
    press("2");
    expect(sent(question, item)).toEqual({ "turn:1": "down" });
  });

  it("chooses several options and lets them go again", () => {
    const options = ["a", "b"].map((value) => ({ value, label: value.toUpperCase() }));
    const question = ask({ type: "choice", options, multiple: true });
    press("1", "2", "1");
    expect(sent(question)).toEqual(["b"]);
    press("2");
    expect(isAnswered(question, answers, ITEM)).toBe(false);
  });

  it("chooses one option for each response", () => {
    const options = ["a", "b"].map((value) => ({ value, label: value }));
    const question = ask({ type: "choice", options, multiple: false, per: "response" });
    press("1", "2", "1");
    expect(sent(question)).toEqual({ aa: "a", bb: "b", cc: "a" });
  });
});

describe("rationale", () => {
  const parts = { reasons: [{ value: "facts", label: "Facts" }], min_chars: 5, max_chars: 100, links: true };

  it("needs its length, and sends reasons with it", () => {
    const question = ask({ type: "rationale", ...parts });
    press("1");
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "no" } });
    expect(isAnswered(question, answers, ITEM)).toBe(false);
    expect(screen.getByText("3 more characters")).toBeTruthy();
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "wrong 🙂" } });
    expect(sent(question)).toEqual({ text: "wrong 🙂", reasons: ["facts"], links: [] });
  });

  it("keeps links where their words are, and drops those whose words change", () => {
    const link = (start: number, end: number) => ({ start, end, target: "aa", from: 0, to: 3, quote: "The" });
    const before = "🙂 good but wrong";
    const links = [link(2, 6), link(11, 16)];
    expect(movedLinks(links, before, "🙂 good, sadly but wrong")).toEqual([link(2, 6), link(18, 23)]);
    expect(movedLinks(links, before, "🙂 gut but wrong")).toEqual([link(10, 15)]);
  });
});
