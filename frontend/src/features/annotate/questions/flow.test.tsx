import { fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { activeLine, ask, given, missing, PAIR, press, sent } from "@/test/question-page";
import type { Question } from "./types";

let leave = () => {};
const show = (...all: Parameters<typeof ask>) => {
  leave = ask(...all);
};
afterEach(() => leave());

const pair = { type: "pairwise", steps: 7, tie: true, both_bad: true, aspect: null } as const;
const why = { type: "rationale" as const, reasons: [], min_chars: 0, max_chars: 100, links: false };
const options = ["a", "b"].map((value) => ({ value, label: value.toUpperCase() }));
const strong: Question["show_if"] = [{ question: "q0", fact: "strength", test: "at_least", value: 3 }];
const line = (name: string) => screen.getByRole("group", { name: new RegExp(name) });

describe("several comparisons", () => {
  const aspects = ["Helpful", "Honest", "Harmless", "Clear"];

  it("take the keys one after the other, and never choose anything by themselves", () => {
    show(
      aspects.map((title) => ({ ...pair, title })),
      PAIR,
    );
    expect(given()).toEqual({});
    press("1", "4", "0");
    expect(given()).toEqual({
      q0: { better: "aa", strength: 3 },
      q1: { outcome: "tie" },
      q2: { outcome: "both_bad" },
    });
    expect(activeLine()).toBe("q3");
  });

  it("stand in a table from four on: one head, the same columns in every row, a gap where there is no tie", () => {
    show(
      aspects.map((title, index) => ({ ...pair, title, tie: index !== 2 })),
      PAIR,
    );
    expect(screen.getAllByText("First slightly")).toHaveLength(1);
    const columns = aspects.map(
      (title) => (line(title).lastElementChild as HTMLElement).style.gridTemplateColumns,
    );
    expect(new Set(columns)).toEqual(new Set(["repeat(8, minmax(0, 1fr))"]));
    expect(within(line("Harmless")).queryByRole("button", { name: "About the same" })).toBeNull();
    expect(within(line("Clear")).getAllByRole("button")).toHaveLength(8);
  });

  it("are not a table when they have different scales", () => {
    show(
      aspects.map((title, index) => ({ ...pair, title, steps: index === 1 ? 5 : 7 })),
      PAIR,
    );
    expect(screen.getAllByText("First slightly")).toHaveLength(4);
  });

  it("are answered by pointer in any order", () => {
    show(
      aspects.map((title) => ({ ...pair, title })),
      PAIR,
    );
    fireEvent.click(within(line("Harmless")).getByRole("button", { name: "Second better" }));
    expect(given()).toEqual({ q2: { better: "bb", strength: 2 } });
  });
});

describe("the active question", () => {
  it("stays where it is once all are answered, so that another key corrects that answer", () => {
    show([{ ...pair }, { type: "choice", options, multiple: false }], PAIR);
    press("2", "1", "2");
    expect(sent()).toEqual({ q0: { better: "aa", strength: 2 }, q1: "b" });
  });

  it("goes on after the last part only, whether or not the question is required", () => {
    show([{ type: "thumbs", per: "response", required: false }, { ...pair }], PAIR);
    press("1");
    expect(activeLine()).toBe("q0");
    press("2");
    expect(activeLine()).toBe("q1");
    expect(given()).toEqual({ q0: { aa: "up", bb: "down" } });
  });

  it("stays on a question that takes several options until somebody goes on", () => {
    show([{ type: "choice", options, multiple: true }, { ...pair }], PAIR);
    press("1", "2");
    expect(given()).toEqual({ q0: ["a", "b"] });
  });

  it("stays where words are being written", () => {
    show([{ ...pair }, { ...why }, { type: "choice", options, multiple: false }], PAIR);
    press("1");
    const field = screen.getByRole("textbox");
    fireEvent.focus(field);
    fireEvent.change(field, { target: { value: "Because" } });
    expect(line("Question 1").textContent).toContain("Question 1");
    expect(line("Question 1").querySelector(".text-accent-text")).toBeTruthy();
  });

  it("is the only one that prints keys", () => {
    show([{ ...pair }, { type: "choice", options, multiple: false }], PAIR);
    expect(line("Question 0").querySelectorAll("kbd")).toHaveLength(8);
    expect(line("Question 1").querySelectorAll("kbd")).toHaveLength(0);
  });
});

describe("questions that depend on others", () => {
  it("appear and say that they are required, and their answers go with them", () => {
    show([{ ...pair }, { ...why, required: false, show_if: strong, required_if: strong }], PAIR);
    expect(screen.queryByRole("textbox")).toBeNull();
    press("1");
    expect(within(line("Question 1")).getByText("required")).toBeTruthy();
    expect(missing()).toEqual(["q1"]);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "Because" } });
    expect(sent()).toEqual({
      q0: { better: "aa", strength: 3 },
      q1: { text: "Because", reasons: [], links: [] },
    });
    fireEvent.click(within(line("Question 0")).getByRole("button", { name: "First better" }));
    expect(sent()).toEqual({ q0: { better: "aa", strength: 2 } });
  });

  it("have their place kept, so that the lines around them do not jump", () => {
    show([{ ...pair }, { ...why, show_if: strong }, { type: "text", max_chars: 9, title: "Last" }], PAIR);
    const list = line("Question 0").parentElement;
    expect(list?.children).toHaveLength(3);
    press("1");
    expect(list?.children).toHaveLength(3);
  });

  it("are held to every text once an answer requires them", () => {
    show([{ ...pair }, { type: "thumbs", per: "response", required: false, required_if: strong }], PAIR);
    press("1", "1");
    expect(missing()).toEqual(["q1"]);
    press("2");
    expect(missing()).toEqual([]);
  });

  it("say when they may be left out", () => {
    show([{ ...pair }, { type: "text", max_chars: 9, required: false }], PAIR);
    expect(within(line("Question 1")).getByText("optional")).toBeTruthy();
    expect(within(line("Question 0")).queryByText("optional")).toBeNull();
  });
});

describe("half an answer to an optional question", () => {
  it("is not lost silently", () => {
    show([{ ...pair }, { ...why, required: false, min_chars: 10 }], PAIR);
    press("1");
    expect(missing()).toEqual([]);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "Short" } });
    expect(missing()).toEqual(["q1"]);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "" } });
    expect(missing()).toEqual([]);
  });
});
