import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useActions } from "@/actions";
import { bindingOf } from "@/actions/capture";
import { clashOf } from "@/actions/clash";
import { bindKeyboard } from "@/actions/keyboard";
import { type Action, ActionRegistry, registry } from "@/actions/registry";
import { ActionButton } from "@/components/ui/button";
import type { Me } from "@/lib/api/types";
import { meQuery } from "@/lib/session";
import { KeyEditor } from "./key-editor";

const action = (over: Partial<Action>): Action => ({
  id: "annotate.skip",
  label: "Skip",
  keys: ["x"],
  group: "Labelling",
  run: vi.fn(),
  ...over,
});

const press = (target: Element | Window, key: string, over: KeyboardEventInit = {}) =>
  act(() => {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...over }));
  });

const person: Me = {
  id: 1,
  email: "ann@example.org",
  name: "Ann",
  is_simulated: false,
  keymap: {},
  locale: "",
  memberships: [],
};

let undo: () => void;
beforeEach(() => {
  undo = bindKeyboard(registry);
});
afterEach(() => {
  undo();
  registry.setKeymap(undefined);
  vi.unstubAllGlobals();
});

describe("a person's own keys", () => {
  it("take the place of the defaults and give them up", () => {
    const own = new ActionRegistry();
    const run = vi.fn();
    own.register(action({ run }));
    const unbind = bindKeyboard(own);
    own.setKeymap({ "annotate.skip": ["q"] });
    press(document.body, "x");
    expect(run).not.toHaveBeenCalled();
    press(document.body, "q");
    expect(run).toHaveBeenCalledTimes(1);
    own.setKeymap(undefined);
    press(document.body, "x");
    expect(run).toHaveBeenCalledTimes(2);
    unbind();
  });

  it("may be none at all", () => {
    const own = new ActionRegistry();
    own.register(action({}));
    own.setKeymap({ "annotate.skip": [] });
    expect(own.keys()).toEqual([]);
  });

  it("never take a letter from a text field, whatever the map says", () => {
    const own = new ActionRegistry();
    const run = vi.fn();
    own.register(action({ id: "annotate.submit-typing", keys: ["$mod+Enter"], whileTyping: true, run }));
    own.setKeymap({ "annotate.submit-typing": ["a", "Enter", "Backspace"] });
    const unbind = bindKeyboard(own);
    document.body.innerHTML = "<textarea></textarea>";
    const field = document.querySelector("textarea") as HTMLTextAreaElement;
    for (const key of ["a", "Enter", "Backspace"]) press(field, key);
    expect(run).not.toHaveBeenCalled();
    unbind();
  });

  it("are what buttons print", () => {
    function Page() {
      const skip = action({});
      useActions([skip]);
      return <ActionButton action={skip} />;
    }
    render(<Page />);
    const button = screen.getByRole("button", { name: /Skip/ });
    expect(button.getAttribute("aria-keyshortcuts")).toBe("x");
    act(() => registry.setKeymap({ "annotate.skip": ["q"] }));
    expect(button.getAttribute("aria-keyshortcuts")).toBe("q");
    expect(within(button).getByText("q")).toBeTruthy();
  });
});

describe("catching a key", () => {
  it.each([
    [{ key: "X" }, "x"],
    [{ key: "A", shiftKey: true }, "Shift+a"],
    [{ key: "?", shiftKey: true }, "?"],
    [{ key: "1", ctrlKey: true }, "$mod+1"],
    [{ key: " " }, "Space"],
    [{ key: "Enter", ctrlKey: true, shiftKey: true }, "$mod+Shift+Enter"],
    [{ key: "ArrowUp", altKey: true }, "Alt+ArrowUp"],
    [{ key: "Shift", shiftKey: true }, null],
  ] as const)("writes %j as %s", (init, binding) => {
    expect(bindingOf(new KeyboardEvent("keydown", init))).toBe(binding);
  });
});

describe("a clash", () => {
  const skip = action({});
  const digit = action({ id: "annotate.choose-1", group: "Verdict", keys: ["1"] });
  it("is one key twice in a group, or for the page and a question", () => {
    expect(clashOf("x", action({ id: "annotate.flag" }), [skip])).toBe(skip);
    expect(clashOf("x", digit, [skip])).toBe(skip);
    expect(clashOf("1", skip, [digit])).toBe(digit);
    expect(clashOf("X", digit, [skip])).toBe(skip);
  });

  it("is not one key for two questions, nor for a dialog above the page, nor with itself", () => {
    expect(clashOf("1", action({ id: "annotate.rate-1", group: "Ratings" }), [digit])).toBeUndefined();
    expect(
      clashOf("x", action({ id: "annotate.flag-x", group: "Flags", inDialog: true }), [skip]),
    ).toBeUndefined();
    expect(clashOf("x", skip, [skip])).toBeUndefined();
  });
});

describe("the editor", () => {
  function open(keymap: Record<string, string[]> = {}) {
    const sent: unknown[] = [];
    vi.stubGlobal("fetch", (_path: string, init: RequestInit) => {
      const body = JSON.parse(String(init.body)) as { keymap: Record<string, string[]> };
      sent.push(body);
      return Promise.resolve(Response.json({ ...person, keymap: body.keymap }));
    });
    const client = new QueryClient();
    client.setQueryData(meQuery.queryKey, { ...person, keymap });
    render(
      <QueryClientProvider client={client}>
        <KeyEditor />
      </QueryClientProvider>,
    );
    return { sent };
  }
  const change = (name: string) =>
    fireEvent.click(screen.getByRole("button", { name: `Change the key of “${name}”` }));

  it("saves the key that is pressed and offers the way back", async () => {
    const { sent } = open();
    change("Skip");
    press(document.activeElement as Element, "q");
    await waitFor(() => expect(sent).toEqual([{ keymap: { "annotate.skip": ["q"] } }]));
    fireEvent.click(screen.getByRole("button", { name: "Reset the key of “Skip”" }));
    await waitFor(() => expect(sent.at(-1)).toEqual({ keymap: {} }));
  });

  it("refuses a key that the page needs and changes nothing", () => {
    const { sent } = open();
    change("Skip");
    press(document.activeElement as Element, "f");
    expect(screen.getByRole("alert").textContent).toContain("f is already “Flag”");
    expect(sent).toEqual([]);
  });

  it("refuses letters for what works while typing", () => {
    const { sent } = open();
    change("Submit while typing");
    press(document.activeElement as Element, "q");
    expect(screen.getByRole("alert").textContent).toContain("q writes text");
    expect(sent).toEqual([]);
  });

  it("leaves everything as it was on Escape", () => {
    const { sent } = open();
    change("Skip");
    press(document.activeElement as Element, "Escape");
    expect(screen.queryByText("Press a key; Esc cancels")).toBeNull();
    expect(sent).toEqual([]);
  });

  it("takes a key away, and gives all of them back", async () => {
    const { sent } = open({ "annotate.flag": ["w"] });
    fireEvent.click(screen.getByRole("button", { name: "Take the key from “Skip”" }));
    await waitFor(() => expect(sent).toEqual([{ keymap: { "annotate.flag": ["w"], "annotate.skip": [] } }]));
    fireEvent.click(screen.getByRole("button", { name: "Reset all keys" }));
    await waitFor(() => expect(sent.at(-1)).toEqual({ keymap: {} }));
  });

  it("refuses a default that another action has taken meanwhile", async () => {
    const { sent } = open({ "annotate.flag": ["x"], "annotate.skip": ["q"] });
    fireEvent.click(screen.getByRole("button", { name: "Reset the key of “Skip”" }));
    expect(screen.getByRole("alert").textContent).toContain("x is already “Flag”");
    expect(sent).toEqual([]);
  });
});
