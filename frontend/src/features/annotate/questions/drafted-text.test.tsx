import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import type { Item } from "@/lib/api/types";
import { draftCounts, textWaiting } from "../drafted";
import { draftedStore } from "./drafted";
import type { QuestionProps } from "./module";
import { questionModule } from "./registry";
import type { Answer, Question, RationaleQuestion, TextQuestion } from "./types";

const RUBRIC: TextQuestion = { name: "rubric", type: "text", title: "Rubric", required: true, max_chars: 20 };
const WHY: RationaleQuestion = {
  name: "why",
  type: "rationale",
  title: "Why?",
  required: true,
  reasons: [],
  min_chars: 0,
  max_chars: 20,
  links: false,
};

let items = 0;
const newItem = (): Item => ({
  id: ++items,
  position: 0,
  prompt: [{ role: "user", content: "q" }],
  context: null,
  materials: null,
  responses: [{ response_id: "a", content: "one" }],
});

let given: Answer | undefined;
function props(question: Question, item: Item, over: Partial<QuestionProps> = {}): QuestionProps {
  return {
    question,
    answer: undefined,
    item,
    active: false,
    missing: false,
    answers: {},
    form: { id: 1, version: 1, questions: [question] },
    onChange: () => undefined,
    onActivate: () => undefined,
    onDone: () => undefined,
    ...over,
  };
}

function Line({
  question,
  item,
  draft,
  before,
}: Record<string, unknown> & { question: Question; item: Item }) {
  const [answer, setAnswer] = useState(before as Answer | undefined);
  given = answer;
  const { Dock } = questionModule(question.type);
  return <Dock {...props(question, item, { answer, draft: draft as Answer, onChange: setAnswer })} />;
}
const useDraft = () => fireEvent.click(screen.getByRole("button", { name: /Use draft/ }));
const why = (text: string) => ({ text, reasons: [], links: [] });

describe("a drafted text", () => {
  it("fills the field, to be edited there, and is offered once", () => {
    const item = newItem();
    render(<Line question={RUBRIC} item={item} draft="Point one" />);
    expect(given).toBeUndefined();
    useDraft();
    expect(given).toBe("Point one");
    expect(document.activeElement).toBe(screen.getByRole("textbox"));
    expect(screen.queryByRole("button", { name: /Use draft/ })).toBeNull();
    const counts = (rubric: string) => draftCounts({ rubric: "Point one" }, [RUBRIC], { rubric }, item);
    expect(counts("Point one\n")).toMatchObject({ offered: 1, accepted: 1, corrected: 0 });
    expect(counts("Point two")).toMatchObject({ offered: 1, accepted: 0, corrected: 1 });
  });

  it.each([
    ["text", RUBRIC, "Mine.", "Drafted.", "Mine.\n\nDrafted."],
    ["rationale", WHY, why("Mine."), why("Drafted."), why("Mine.\n\nDrafted.")],
  ])("is put behind what somebody wrote: %s", (_, question, before, draft, after) => {
    render(<Line question={question} item={newItem()} before={before} draft={draft} />);
    useDraft();
    expect(given).toEqual(after);
  });

  it.each([
    ["text", RUBRIC, "Twenty-three letters …"],
    ["rationale", WHY, why("Twenty-three letters …")],
  ])("longer than may be sent is whole, and says by how much: %s", (_, question, draft) => {
    const item = newItem();
    const { isAnswered, missingSentence } = questionModule(question.type);
    render(<Line question={question} item={item} draft={draft} />);
    expect(screen.queryByText("2 characters too many")).toBeNull();
    useDraft();
    expect(given).toEqual(draft);
    expect(screen.getByText("2 characters too many")).toBeTruthy();
    expect(isAnswered(question, given, item)).toBe(false);
    expect(missingSentence?.(question, given, item)).toBe(
      `“${question.title}”: take away at least 2 characters.`,
    );
    const short = question === RUBRIC ? "Twenty letters are it" : why("Twenty letters are it");
    expect(isAnswered(question, short, item)).toBe(false);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "Twenty letters here." } });
    expect(screen.queryByText(/too many/)).toBeNull();
    expect(isAnswered(question, given, item)).toBe(true);
  });
});

describe("the key for drafted texts", () => {
  it("takes the active question's before others, each once, and none before the first pass", () => {
    const item = newItem();
    const lines = (active: string, rubric?: string) => [
      props(WHY, item, { draft: why("So."), active: active === "why" }),
      props(RUBRIC, item, { draft: rubric, active: active === "rubric" }),
    ];
    expect(textWaiting(lines("rubric", "One"))).toBe("rubric");
    expect(textWaiting(lines("rubric"))).toBe("why");
    draftedStore(item.id, "why").set({ decided: { text: "accepted" } });
    expect(textWaiting(lines("why", "One"))).toBe("rubric");
    expect(textWaiting(lines("why"))).toBeUndefined();
  });
});
