import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { MentionField, mentionAt, peopleFor } from "./mention-field";

const people = [
  { id: 1, name: "Ada Lovelace", handle: "AdaLovelace" },
  { id: 2, name: "Bo Adams", handle: "BoAdams" },
  { id: 3, name: "Çelik", handle: "Celik" },
];

describe("a mention being written", () => {
  it.each([
    ["ask @an", 7, { start: 4, typed: "an" }],
    ["@", 1, { start: 0, typed: "" }],
    ["(@Ada", 5, { start: 1, typed: "ada" }],
    ["ask @an now", 7, { start: 4, typed: "an" }],
    ["mail me@home", 12, null],
    ["ask @an ", 8, null],
    ["", 0, null],
  ])("%j at %i", (text, caret, found) => expect(mentionAt(text, caret)).toEqual(found));

  it("finds people by handle or by any of their names", () => {
    expect(peopleFor(people, "ada").map((each) => each.id)).toEqual([1, 2]);
    expect(peopleFor(people, "love").map((each) => each.id)).toEqual([1]);
    expect(peopleFor(people, "x")).toEqual([]);
  });
});

describe("the field", () => {
  function open() {
    const onSend = vi.fn();
    const onPageKey = vi.fn();
    window.addEventListener("keydown", onPageKey, { once: true });
    function Field() {
      const [text, setText] = useState("");
      return <MentionField label="Comment" value={text} people={people} onChange={setText} onSend={onSend} />;
    }
    render(<Field />);
    const field = screen.getByLabelText<HTMLTextAreaElement>("Comment");
    const type = (text: string) => {
      fireEvent.change(field, { target: { value: text, selectionStart: text.length } });
      field.setSelectionRange(text.length, text.length);
      fireEvent.select(field);
    };
    return { field, type, onSend, onPageKey };
  }

  it("offers people after @ and takes the chosen one", () => {
    const { field, type } = open();
    type("ask @ad");
    expect(screen.getAllByRole("option").map((each) => each.textContent)).toEqual([
      "Ada Lovelace@AdaLovelace",
      "Bo Adams@BoAdams",
    ]);
    fireEvent.keyDown(field, { key: "ArrowDown" });
    expect(field.getAttribute("aria-activedescendant")).toBe(screen.getAllByRole("option")[1]?.id);
    fireEvent.keyDown(field, { key: "Enter" });
    expect(field.value).toBe("ask @BoAdams ");
    expect(screen.queryByRole("option")).toBeNull();
  });

  it("closes the list on Escape and leaves the words", () => {
    const { field, type } = open();
    type("@a");
    fireEvent.keyDown(field, { key: "Escape" });
    expect(screen.queryByRole("option")).toBeNull();
    expect(field.value).toBe("@a");
  });

  it("sends on Ctrl+Enter, and the page behind does not", () => {
    const { field, type, onSend, onPageKey } = open();
    type("done");
    fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
    expect(onSend).toHaveBeenCalledTimes(1);
    expect(onPageKey).not.toHaveBeenCalled();
  });
});
