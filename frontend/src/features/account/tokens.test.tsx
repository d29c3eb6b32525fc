import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { Tokens } from "./tokens";

async function create(refusal: object) {
  vi.stubGlobal("fetch", async (_asked: string, init?: RequestInit) =>
    init?.method === "POST"
      ? Response.json({ type: "invalid", ...refusal }, { status: 400 })
      : Response.json({ results: [], next: null }),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Tokens />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByRole("button", { name: "Create token" }));
  const dialog = within(await screen.findByRole("dialog"));
  fireEvent.change(dialog.getByLabelText("Name"), { target: { value: "Notebook" } });
  fireEvent.click(dialog.getByRole("button", { name: "Create token" }));
  return dialog;
}

describe("a token that is refused", () => {
  it("says so once, at the field, until that is changed", async () => {
    const dialog = await create({ message: "name: Taken.", fields: { name: ["Taken."] } });
    expect(await dialog.findByText("Taken.")).toBeTruthy();
    expect(dialog.queryByText("name: Taken.")).toBeNull();
    fireEvent.change(dialog.getByLabelText("Name"), { target: { value: "Script" } });
    expect(dialog.queryByText("Taken.")).toBeNull();
  });

  it("says above the form what no field shows", async () => {
    const dialog = await create({ message: "You have too many tokens." });
    expect(await dialog.findByText("You have too many tokens.")).toBeTruthy();
  });
});
