import { fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { ask, given, ITEM, press, sent } from "@/test/question-page";

let leave = () => {};
const show = (...all: Parameters<typeof ask>) => {
  leave = ask(...all);
};
afterEach(() => leave());

const ranking = {
  type: "ranking",
  ties: true,
  partial: false,
  top_k: null,
  not_rankable: true,
  aspect: null,
} as const;
const goTo = (target: string) => fireEvent.click(screen.getByRole("button", { name: `Go to ${target}` }));
const pane = (target: string) => within(screen.getByRole("region", { name: `Pane ${target}` }));
const AT = "Keys answer for this text now";

describe("going to a text", () => {
  it("takes the digits of a ranking there, and then they go on to the next without a rank", () => {
    show([{ ...ranking }]);
    goTo("bb");
    expect(pane("bb").getByText(AT)).toBeTruthy();
    press("1");
    expect(given()).toEqual({ q0: { ranks: { bb: 1 } } });
    expect(pane("cc").getByText(AT)).toBeTruthy();
    press("2", "3");
    expect(sent()).toEqual({ q0: { ranks: { aa: 3, bb: 1, cc: 2 } } });
  });

  it("takes the digits of a grid to its first cell without a rating", () => {
    const aspects = ["truth", "style"].map((name) => ({ name, title: name }));
    show([{ type: "ratings", per: "response", low: 1, high: 5, na: true, aspects, item_rubric: false }]);
    press("4");
    goTo("cc");
    press("1", "2");
    expect(given()).toEqual({ q0: { aa: { truth: 4 }, cc: { truth: 1, style: 2 } } });
    expect(pane("cc").getByText("2 of 2 rated")).toBeTruthy();
  });

  it("takes the thumbs to a turn of the conversation", () => {
    const item = { ...ITEM, prompt: [...ITEM.prompt, { role: "assistant", content: "This one." }] };
    show([{ type: "thumbs", per: "turn" }], item);
    goTo("bb");
    press("2");
    goTo("turn:1");
    press("1");
    expect(given()).toEqual({ q0: { bb: "down", "turn:1": "up" } });
  });
});

describe("controls in the heading of a text", () => {
  it("give thumbs, and lead on to the next text", () => {
    show([{ type: "thumbs", per: "response" }]);
    fireEvent.click(screen.getByRole("button", { name: "First is bad" }));
    expect(pane("bb").getByText(AT)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Second is good" }));
    fireEvent.click(screen.getByRole("button", { name: "Third is good" }));
    expect(sent()).toEqual({ q0: { aa: "down", bb: "up", cc: "up" } });
  });

  it("put a response into a slot and take it out again", () => {
    show([{ ...ranking, partial: true }]);
    fireEvent.click(screen.getByRole("button", { name: "Put Third at 2" }));
    expect(given()).toEqual({ q0: { ranks: { cc: 2 } } });
    fireEvent.click(screen.getByRole("button", { name: "Put Third at 2" }));
    expect(given()).toEqual({});
  });

  it("choose an option where the options are short, and show what was chosen where they are not", () => {
    const short = ["Warm", "Cold"].map((label) => ({ value: label.toLowerCase(), label }));
    const long = ["It answers what was asked", "It answers something else"].map((label, index) => ({
      value: `o${index}`,
      label,
    }));
    show([
      { type: "choice", options: short, multiple: false, per: "response" },
      { type: "choice", options: long, multiple: false, per: "response" },
    ]);
    fireEvent.click(screen.getByRole("button", { name: "Cold: Second" }));
    expect(given()).toEqual({ q0: { bb: "cold" } });
    expect(pane("aa").queryByText("It answers something else")).toBeNull();
    press("j");
  });

  it("are absent for texts that a question does not ask about", () => {
    const item = { ...ITEM, prompt: [...ITEM.prompt, { role: "assistant", content: "This one." }] };
    show([{ type: "thumbs", per: "response" }], item);
    expect(pane("turn:1").queryAllByRole("button", { name: /is good/ })).toHaveLength(0);
  });
});

describe("a ranking by drag and drop", () => {
  it("takes a card into a slot and out again", () => {
    show([{ ...ranking, partial: true }]);
    const carried: Record<string, string> = {};
    const dataTransfer = {
      setData: (type: string, value: string) => {
        carried[type] = value;
      },
      getData: (type: string) => carried[type] ?? "",
    };
    const drag = (card: string, slot: string) => {
      fireEvent.dragStart(screen.getByRole("button", { name: card }), { dataTransfer });
      fireEvent.drop(screen.getByRole("group", { name: slot }), { dataTransfer });
    };
    drag("Second", "Rank 1");
    drag("Third", "Rank 1");
    expect(given()).toEqual({ q0: { ranks: { bb: 1, cc: 1 } } });
    drag("Second", "Not ranked");
    expect(given()).toEqual({ q0: { ranks: { cc: 1 } } });
  });

  it("goes on once the best asked for are ranked", () => {
    show([
      { ...ranking, top_k: 2 },
      { type: "choice", options: [{ value: "a", label: "A" }], multiple: false },
    ]);
    press("1", "2", "1");
    expect(sent()).toEqual({ q0: { ranks: { aa: 1, bb: 2 } }, q1: "a" });
  });
});

describe("scales and options beyond nine", () => {
  const aspects = ["truth", "style"].map((name) => ({ name, title: name }));
  const ten = {
    type: "ratings",
    per: "item",
    low: 0,
    high: 10,
    na: true,
    aspects,
    item_rubric: false,
  } as const;

  it("rate ten by typing it, and one by going on", () => {
    show([{ ...ten }]);
    press("1", "0", "7");
    expect(given()).toEqual({ q0: { item: { truth: 10, style: 7 } } });
  });

  it("take a digit after a one for the next cell", () => {
    show([{ ...ten }]);
    press("1", "3");
    expect(given()).toEqual({ q0: { item: { truth: 1, style: 3 } } });
  });

  it("take a nought after a one for the next cell when the arrow went there", () => {
    show([{ ...ten }]);
    press("1", "ArrowDown", "0");
    expect(given()).toEqual({ q0: { item: { truth: 1, style: 0 } } });
  });

  it("have letters for options", () => {
    const options = Array.from({ length: 11 }, (_, index) => ({
      value: `o${index}`,
      label: `Option ${index}`,
    }));
    show([{ type: "choice", options, multiple: true }]);
    press("9", "a", "b");
    expect(sent()).toEqual({ q0: ["o8", "o9", "o10"] });
  });
});
