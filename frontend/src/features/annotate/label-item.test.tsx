import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bindKeyboard } from "@/actions/keyboard";
import { registry } from "@/actions/registry";
import type { Form, Item, Me } from "@/lib/api/types";
import { meQuery } from "@/lib/session";
import { LabelItem } from "./label-item";
import type { LabelSession, SessionState, Task } from "./session";
import { ItemTimer } from "./timer";

const PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
const me = {
  id: 7,
  email: "a@example.org",
  name: "A",
  is_simulated: false,
  keymap: {},
  locale: "en",
  memberships: [],
};
const form: Form = {
  id: 11,
  version: 2,
  questions: [
    {
      name: "better",
      type: "pairwise",
      title: "Which is better?",
      required: true,
      steps: 7,
      tie: true,
      both_bad: true,
      aspect: null,
    },
    { name: "why", type: "text", title: "Why?", required: false, max_chars: 100 },
  ],
};
const responses = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    response_id: `r${index}`,
    content: `Text ${index} of many words`,
  }));

function makeTask(over: Partial<Item> = {}): Task {
  const item: Item = {
    id: 5,
    position: 0,
    prompt: [{ role: "user", content: "Why is the sky blue?" }],
    responses: responses(2),
    context: null,
    materials: null,
    ...over,
  };
  return { id: "lease-3", item, form, answers: {}, lease: 3, feedback: null };
}

const state: SessionState = {
  phase: "labelling",
  task: null,
  error: null,
  answered: 0,
  canUndo: false,
  canRedo: false,
};

function open(task = makeTask()) {
  const session = { submit: vi.fn(), skip: vi.fn(() => Promise.resolve()) };
  const client = new QueryClient();
  client.setQueryData(meQuery.queryKey, me as Me);
  const view = render(
    <QueryClientProvider client={client}>
      <LabelItem
        key={task.id}
        task={task}
        session={session as unknown as LabelSession}
        state={{ ...state, task }}
        timer={new ItemTimer()}
        comments={{ id: "annotate.comments", label: "Comments", group: "Labelling", run: () => undefined }}
        aside={null}
        status={null}
      />
    </QueryClientProvider>,
  );
  return { session, ...view };
}

const press = (key: string, over: KeyboardEventInit = {}) =>
  act(() => {
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...over }),
    );
  });
const panes = () => screen.getAllByRole("region", { name: /^(First|Second|Third|Fourth|Fifth) response$/ });
const violations = async (root: Element) =>
  (
    await axe.run(root, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } })
  ).violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`);

let unbind: () => void;
beforeEach(() => {
  localStorage.clear();
  unbind = bindKeyboard(registry);
});
afterEach(() => unbind());

describe("an item", () => {
  it("is answered by keys; the answer says its form and how the item was read", () => {
    const { session } = open();
    press("2");
    press("Enter");
    expect(session.submit).toHaveBeenCalledTimes(1);
    const [answers, measures] = session.submit.mock.calls[0] ?? [];
    expect(answers).toEqual({ better: { better: "r0", strength: 2 } });
    expect(measures).toMatchObject({ reading: { idle_ms: 0, seen: {}, reached_end: [] } });
    expect(measures.reading.first_answer_ms).toBeGreaterThanOrEqual(0);
  });

  it("keeps what was answered through a reload, and forgets it once it is sent", () => {
    const { unmount } = open();
    press("6");
    unmount();
    const again = open();
    press("Enter");
    expect(again.session.submit.mock.calls[0]?.[0]).toEqual({ better: { better: "r1", strength: 2 } });
    again.unmount();
    const third = open();
    press("Enter");
    expect(third.session.submit).not.toHaveBeenCalled();
    expect(screen.getByText("Answer “Which is better?” first.")).toBeTruthy();
  });

  it("starts from what carries over", () => {
    const { session } = open({ ...makeTask(), answers: { better: { outcome: "tie" } } });
    press("Enter");
    expect(session.submit.mock.calls[0]?.[0]).toEqual({ better: { outcome: "tie" } });
  });

  it("shows one response alone and all of them again", () => {
    open();
    press("]");
    expect(panes().map((each) => each.getAttribute("aria-label"))).toEqual(["Second response"]);
    press("Escape");
    expect(panes()).toHaveLength(2);
  });

  it("remembers the layout for so many responses", () => {
    const { unmount } = open(makeTask({ responses: responses(4) }));
    press("l");
    expect(screen.getByRole("button", { name: /^Grid/ })).toBeTruthy();
    unmount();
    const pair = open();
    expect(screen.getByRole("button", { name: /^Columns/ })).toBeTruthy();
    pair.unmount();
    open(makeTask({ responses: responses(4) }));
    expect(screen.getByRole("button", { name: /^Grid/ })).toBeTruthy();
  });

  it("compares any two responses", async () => {
    open(makeTask({ responses: responses(4) }));
    press("d");
    fireEvent.change(screen.getAllByLabelText("Differences between")[1] as Element, {
      target: { value: "3" },
    });
    expect(panes().map((each) => each.getAttribute("aria-label"))).toEqual([
      "First response",
      "Fourth response",
    ]);
    const changed = await within(panes()[1] as HTMLElement).findByText("3");
    expect(changed.className).toContain("underline");
  });

  it("folds the prompt to one line", () => {
    open();
    press("p");
    expect(screen.queryByRole("region", { name: "Prompt text" })).toBeNull();
    expect(screen.getByText("Why is the sky blue?")).toBeTruthy();
  });

  it("names its pictures and opens them large, two side by side", async () => {
    const [one, two] = responses(2);
    open(
      makeTask({
        prompt: [{ role: "user", content: "Draw.", images: [PIXEL] }],
        responses: [
          { ...one, images: [PIXEL, PIXEL] },
          { ...two, images: [PIXEL] },
        ] as Item["responses"],
      }),
    );
    expect(screen.getByAltText("Image 1 of the prompt")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Image 2 of the First response, enlarge" }));
    const box = await screen.findByRole("dialog", { name: "Image 2 of the First response" });
    press("c");
    expect(within(box).getAllByRole("img")).toHaveLength(2);
    expect(await violations(box)).toEqual([]);
  });

  it("shows sources with numbered sentences", () => {
    open(
      makeTask({
        materials: {
          passages: [{ title: "Light", sentences: ["It scatters.", "Blue most."] }],
          reference: "Scattering.",
        },
      }),
    );
    const sources = screen.getByRole("region", { name: "Sources" });
    expect(within(sources).getByText("2").parentElement?.textContent).toBe("2Blue most.");
    press("S", { shiftKey: true });
    expect(within(sources).getByText("1 passage · Reference answer")).toBeTruthy();
  });

  it("is skipped with one digit", async () => {
    const { session } = open();
    press("x");
    await screen.findByRole("dialog", { name: "Skip this item" });
    press("2");
    expect(session.skip).toHaveBeenCalledWith("broken");
  });

  it("is flagged with a digit and Enter, and stays", async () => {
    const calls: [string, unknown][] = [];
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
      calls.push([path, JSON.parse(String(init.body))]);
      return Promise.resolve(Response.json({ id: 1 }, { status: 201 }));
    });
    const { session } = open();
    press("f");
    const dialog = await screen.findByRole("dialog", { name: "Flag this item" });
    expect(await violations(dialog)).toEqual([]);
    press("3");
    expect(document.activeElement?.textContent).toContain("Flag");
    await act(async () => (document.activeElement as HTMLElement).click());
    expect(calls).toEqual([["/api/leases/3/flag/", { reason: "leaks_identity", note: "" }]]);
    expect(session.skip).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });

  it("has no accessibility violations", async () => {
    const { container } = open(makeTask({ responses: responses(5), context: "By truth alone." }));
    expect(await violations(container)).toEqual([]);
  });
});
