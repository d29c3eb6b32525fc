import { QueryClient } from "@tanstack/react-query";
import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Campaign } from "@/lib/api/types";
import { meQuery } from "@/lib/session";
import { pageAt } from "@/test/page-at";
import { AnnotatorsTab } from "./annotators-tab";

async function invite(refusal: object) {
  vi.stubGlobal("fetch", async (_asked: string, init?: RequestInit) =>
    init?.method === "POST"
      ? Response.json({ type: "invalid", ...refusal }, { status: 400 })
      : Response.json({ results: [], next: null }),
  );
  const client = new QueryClient();
  client.setQueryData(meQuery.queryKey, { id: 1, email: "me@example.org", keymap: {} } as never);
  const campaign = { id: 4, project: 2 } as Campaign;
  pageAt(() => <AnnotatorsTab campaign={campaign} canManage />, "/", { client });
  fireEvent.click(await screen.findByRole("button", { name: /Invite annotators/ }));
  const dialog = within(await screen.findByRole("dialog"));
  fireEvent.change(dialog.getByLabelText("Email addresses"), {
    target: { value: "ada@example.org\nbob@example.x" },
  });
  fireEvent.click(dialog.getByRole("button", { name: "Invite 2 people" }));
  return dialog;
}

describe("an invitation that is refused", () => {
  it("says so once, at the field, and of which address, until that is changed", async () => {
    const dialog = await invite({
      message: "emails.1: Enter a valid email address.",
      fields: { "emails.1": ["Enter a valid email address."] },
    });
    expect(await dialog.findByText("bob@example.x: Enter a valid email address.")).toBeTruthy();
    expect(dialog.queryByText("emails.1: Enter a valid email address.")).toBeNull();
    fireEvent.change(dialog.getByLabelText("Email addresses"), { target: { value: "ada@example.org" } });
    expect(dialog.queryByText(/valid email/)).toBeNull();
  });

  it("says above the form what no field shows", async () => {
    const dialog = await invite({ message: "The campaign is finished." });
    expect(await dialog.findByText("The campaign is finished.")).toBeTruthy();
  });
});
