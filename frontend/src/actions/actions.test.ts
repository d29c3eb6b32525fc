import { beforeEach, describe, expect, it, vi } from "vitest";
import { keyLabels } from "./format-keys";
import { isTypingTarget } from "./guard";
import { answerKey, bindKeyboard, setSingleKeys } from "./keyboard";
import { matchScore } from "./match";
import { type Action, ActionRegistry, isSingleCharacter } from "./registry";

function action(over: Partial<Action>): Action {
  return { id: "test.run", label: "Run", keys: ["x"], group: "Test", run: vi.fn(), ...over };
}

function press(target: Element | Window, key: string, over: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...over });
  target.dispatchEvent(event);
  return event;
}

function place(html: string): HTMLElement {
  document.body.innerHTML = html;
  const element = document.body.querySelector<HTMLElement>("[data-here]");
  if (!element) throw new Error("The markup must mark one element with data-here.");
  return element;
}

let registry: ActionRegistry;
let unbind: () => void;

beforeEach(() => {
  unbind?.();
  document.body.innerHTML = "";
  localStorage.clear();
  registry = new ActionRegistry();
  unbind = bindKeyboard(registry);
});

describe("keys", () => {
  it("run the action and keep the browser from acting too", () => {
    const run = vi.fn();
    registry.register(action({ run }));
    const event = press(document.body, "x");
    expect(run).toHaveBeenCalledTimes(1);
    expect(event.defaultPrevented).toBe(true);
  });

  it("stop working when the action leaves the page", () => {
    const run = vi.fn();
    const remove = registry.register(action({ run }));
    remove();
    press(document.body, "x");
    expect(run).not.toHaveBeenCalled();
  });

  it("do nothing while the predicate says no", () => {
    const run = vi.fn();
    registry.register(action({ run, when: () => false }));
    expect(press(document.body, "x").defaultPrevented).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  it("follow sequences", () => {
    const run = vi.fn();
    registry.register(action({ keys: ["g d"], run }));
    press(document.body, "g");
    expect(run).not.toHaveBeenCalled();
    press(document.body, "d");
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("prefer a finished sequence to its last key alone", () => {
    const single = vi.fn();
    const sequence = vi.fn();
    registry.register(action({ keys: ["d"], run: single }));
    registry.register(action({ id: "go.data", keys: ["g d"], run: sequence }));
    press(document.body, "g");
    press(document.body, "Shift");
    press(document.body, "d");
    press(document.body, "d");
    expect(sequence).toHaveBeenCalledTimes(1);
    expect(single).toHaveBeenCalledTimes(1);
  });

  it("take digits and marks however the keyboard makes them", () => {
    const run = vi.fn();
    registry.register(action({ keys: ["1"], run }));
    registry.register(action({ id: "test.help", keys: ["Shift+?"], run }));
    press(document.body, "1", { shiftKey: true });
    press(document.body, "?");
    press(document.body, "1", { ctrlKey: true });
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("do not repeat while held, unless the action says so", () => {
    const once = vi.fn();
    const many = vi.fn();
    registry.register(action({ run: once }));
    registry.register(action({ id: "test.next", keys: ["j"], repeat: true, run: many }));
    press(document.body, "x", { repeat: true });
    press(document.body, "j", { repeat: true });
    expect(once).not.toHaveBeenCalled();
    expect(many).toHaveBeenCalledTimes(1);
  });

  it("can be switched off when they are single characters, while Ctrl keys stay", () => {
    const plain = vi.fn();
    const withCtrl = vi.fn();
    registry.register(action({ run: plain }));
    registry.register(action({ id: "test.send", keys: ["Control+Enter"], run: withCtrl }));
    setSingleKeys(false);
    press(document.body, "x");
    press(document.body, "Enter", { ctrlKey: true });
    expect(plain).not.toHaveBeenCalled();
    expect(withCtrl).toHaveBeenCalledTimes(1);
  });
});

describe("the guard", () => {
  const places: [string, string][] = [
    ["a text field", "<input data-here>"],
    ["a search field", '<input type="search" data-here>'],
    ["a text area", "<textarea data-here></textarea>"],
    ["a select", "<select data-here></select>"],
    ["editable content", '<div contenteditable="true"><b data-here>x</b></div>'],
    ["a combobox", '<div role="combobox" tabindex="0" data-here></div>'],
    ["an option of a listbox", '<ul role="listbox"><li role="option" tabindex="0" data-here></li></ul>'],
    ["a menu", '<div role="menu"><div role="menuitem" tabindex="0" data-here></div></div>'],
  ];

  it.each(places)("never takes a letter from %s", (_name, html) => {
    const run = vi.fn();
    registry.register(action({ run }));
    const event = press(place(html), "x");
    expect(run).not.toHaveBeenCalled();
    expect(event.defaultPrevented).toBe(false);
  });

  it("lets an action work while typing when it asks for that", () => {
    const run = vi.fn();
    registry.register(action({ keys: ["Control+Enter"], whileTyping: true, run }));
    press(place("<textarea data-here></textarea>"), "Enter", { ctrlKey: true });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("leaves Enter and Space to a focused button or link, but takes other keys there", () => {
    const enter = vi.fn();
    const letter = vi.fn();
    registry.register(action({ keys: ["Enter", "Space"], run: enter }));
    registry.register(action({ id: "test.letter", keys: ["x"], run: letter }));
    const button = place("<button data-here>Go</button>");
    press(button, "Enter");
    press(button, " ", { code: "Space" });
    press(button, "x");
    expect(enter).not.toHaveBeenCalled();
    expect(letter).toHaveBeenCalledTimes(1);
  });

  it("leaves arrows to radio groups", () => {
    const run = vi.fn();
    registry.register(action({ keys: ["ArrowDown"], run }));
    press(place('<input type="radio" data-here>'), "ArrowDown");
    expect(run).not.toHaveBeenCalled();
  });

  it("takes digits on a focused radio button, which uses none", () => {
    const run = vi.fn();
    registry.register(action({ keys: ["1"], run }));
    press(place('<input type="radio" data-here>'), "1");
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("holds keys back behind a modal dialog", () => {
    const behind = vi.fn();
    const inside = vi.fn();
    registry.register(action({ run: behind }));
    registry.register(action({ id: "dialog.y", keys: ["y"], inDialog: true, run: inside }));
    const here = place(
      '<div role="dialog" data-state="open" data-modal><p tabindex="0" data-here></p></div>',
    );
    press(here, "x");
    press(here, "y");
    expect(behind).not.toHaveBeenCalled();
    expect(inside).toHaveBeenCalledTimes(1);
  });

  it("leaves keys alone that are part of composing a character", () => {
    const run = vi.fn();
    registry.register(action({ run }));
    press(document.body, "x", { isComposing: true });
    expect(run).not.toHaveBeenCalled();
  });

  it("does not take a checkbox for a text field", () => {
    expect(isTypingTarget(place('<input type="checkbox" data-here>'))).toBe(false);
  });
});

describe("the registry", () => {
  it("lets the later action win and warns about the conflict once", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const first = vi.fn();
    const second = vi.fn();
    registry.register(action({ id: "a.one", run: first }));
    registry.register(action({ id: "b.two", run: second }));
    registry.register(action({ id: "c.three", keys: ["y"] }));
    press(document.body, "x");
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain("a.one and b.two");
  });

  it("sees no conflict when only one of two is enabled", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    registry.register(action({ id: "a.one", when: () => false }));
    registry.register(action({ id: "b.two" }));
    expect(registry.conflicts()).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });

  it("answers one key with one action only", () => {
    const run = vi.fn();
    registry.register(action({ id: "a.one", keys: ["x", "X"], run }));
    const event = new KeyboardEvent("keydown", { key: "x", cancelable: true });
    expect(answerKey(registry, "x", event)).toBe(true);
    expect(answerKey(registry, "x", event)).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe("printed keys", () => {
  it("say what is on the keyboard", () => {
    expect(keyLabels("$mod+k")).toEqual(["Ctrl K"]);
    expect(keyLabels("Shift+?")).toEqual(["?"]);
    expect(keyLabels("g d")).toEqual(["g", "d"]);
    expect(keyLabels("Enter")).toEqual(["⏎"]);
    expect(keyLabels("$mod+Enter")).toEqual(["Ctrl ⏎"]);
  });

  it("know which ones are single characters", () => {
    expect(["j", "1", "?", "Shift+?", "g d"].every(isSingleCharacter)).toBe(true);
    expect(["Enter", "$mod+k", "ArrowDown", "Escape"].some(isSingleCharacter)).toBe(false);
  });
});

describe("finding a command", () => {
  it("needs every typed word and prefers beginnings", () => {
    expect(matchScore("Go to datasets", "data go")).toBeGreaterThan(0);
    expect(matchScore("Go to datasets", "zebra")).toBe(0);
    expect(matchScore("Create dataset", "cre")).toBeGreaterThan(matchScore("Recreate", "cre"));
  });
});
