import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadable } from "@/lib/loadable";
import { bindKeyboard } from "./keyboard";
import { registry } from "./registry";
import { useActions } from "./use-actions";

let unbind: () => void;
let arrive: () => void;
const pressed: string[] = [];

function Asked() {
  useActions([
    { id: "asked.one", label: "One", keys: ["1"], group: "Test", run: () => pressed.push("asked") },
  ]);
  return <p>Here</p>;
}

function page() {
  const Slow = loadable(
    () =>
      new Promise<{ default: typeof Asked }>((done) => {
        arrive = () => done({ default: Asked });
      }),
  );
  return function Page() {
    const [open, setOpen] = useState(false);
    useActions([
      { id: "page.open", label: "Open", keys: ["o"], group: "Test", run: () => setOpen(true) },
      { id: "page.one", label: "One", keys: ["1"], group: "Test", run: () => pressed.push("behind") },
    ]);
    return open ? <Slow /> : <textarea aria-label="Words" />;
  };
}

const press = (key: string) => act(() => void fireEvent.keyDown(document.body, { key }));

beforeEach(() => {
  pressed.length = 0;
  unbind = bindKeyboard(registry);
});

afterEach(() => {
  unbind();
  cleanup();
  vi.useRealTimers();
});

it("keeps keys for what is loading, in their order", async () => {
  const Page = page();
  render(<Page />);
  press("1");
  press("o");
  press("1");
  press("1");
  expect(pressed).toEqual(["behind"]);

  await act(async () => arrive());
  await screen.findByText("Here");
  await vi.waitFor(() => expect(pressed).toEqual(["behind", "asked", "asked"]));
  press("1");
  expect(pressed).toHaveLength(4);
});

it("lets keys through again when nothing comes", () => {
  vi.useFakeTimers();
  const Page = page();
  render(<Page />);
  press("o");
  press("1");
  expect(pressed).toEqual([]);
  act(() => vi.advanceTimersByTime(3_100));
  expect(pressed).toEqual(["behind"]);
});

it("draws at once what was fetched before", async () => {
  const Ready = loadable(async () => ({ default: Asked }));
  await Ready.preload();
  render(<Ready />);
  expect(screen.queryByText("Here")).not.toBeNull();
});
