import { QueryClient } from "@tanstack/react-query";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { pageAt } from "@/test/page-at";
import type { Evaluation } from "./api";
import { RowsTab } from "./rows-tab";

const row = (index: number, state: string) => ({
  index,
  item: `i${index}`,
  subset: "",
  state,
  reason: null,
  credit: 1,
  margin: 0.5,
  prompt: [{ role: "user", content: `Question ${index}` }],
  candidates: [],
});
const ROWS = [row(0, "ok"), row(1, "leaked"), row(2, "ok"), row(3, "leaked")];

async function open(address: string) {
  vi.stubGlobal("fetch", async (asked: string | URL) => {
    const only = new URL(String(asked), "http://localhost").searchParams.get("only");
    const results = ROWS.filter((each) => !only || each.state === only);
    return Response.json({ results, next: null });
  });
  const evaluation = { id: 6, metrics: { subsets: [] } } as unknown as Evaluation;
  const router = pageAt(() => <RowsTab evaluation={evaluation} />, address, { client: new QueryClient() });
  await screen.findAllByText(/^Question/);
  return router;
}

const opened = () => screen.queryByRole("dialog")?.getAttribute("aria-labelledby") ?? null;
const title = () => (opened() === null ? null : document.getElementById(String(opened()))?.textContent);

describe("the items of an evaluation", () => {
  it("open the one that the address names, whatever its place in the list is", async () => {
    const router = await open("/?only=leaked&item=3");
    await waitFor(() => expect(title()).toBe("Item i3"));
    await act(() => router.navigate({ to: ".", search: { item: "3" } as never }));
    await screen.findByText("Question 2");
    expect(title()).toBe("Item i3");
  });

  it("keep the opened item through Back to another filter, and show none that is not in the list", async () => {
    const router = await open("/?only=leaked");
    await act(() => router.navigate({ to: ".", search: {} as never }));
    fireEvent.click(await screen.findByText("Question 0"));
    await waitFor(() => expect(title()).toBe("Item i0"));
    await act(() => router.navigate({ to: ".", search: { only: "leaked", item: "0" } as never }));
    await waitFor(() => expect(screen.queryByText("Question 0")).toBeNull());
    expect(title()).toBeNull();
    act(() => router.history.back());
    await waitFor(() => expect(title()).toBe("Item i0"));
    act(() => router.history.back());
    await waitFor(() => expect(title()).toBeNull());
  });

  it("close what is open when another state is chosen", async () => {
    await open("/?item=1");
    await waitFor(() => expect(title()).toBe("Item i1"));
    fireEvent.change(screen.getByLabelText("Show"), { target: { value: "leaked" } });
    await waitFor(() => expect(screen.queryByText("Question 0")).toBeNull());
    expect(title()).toBeNull();
  });
});
