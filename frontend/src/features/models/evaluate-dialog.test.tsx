import { QueryClient } from "@tanstack/react-query";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { projectQuery } from "@/lib/session";
import { pageAt } from "@/test/page-at";
import { judgesQuery, kindsQuery, type ModelDetail, setsQuery, snapshotsQuery } from "./api";
import { EvaluateDialog } from "./evaluate-dialog";

const fetched = vi.fn<typeof fetch>();
const refuse = (fields: Record<string, string[]>, message = "Not so.") =>
  fetched.mockImplementation(async () =>
    Response.json({ type: "invalid", message, fields }, { status: 400 }),
  );

async function open() {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const page = (...results: object[]) => ({ results, next: null }) as never;
  const set = (id: number) => ({
    id,
    name: `Set ${id}`,
    state: "ready",
    snapshot: null,
    counts: { items: 5 },
  });
  client.setQueryData(projectQuery(2).queryKey, { id: 2 } as never);
  client.setQueryData(setsQuery(2).queryKey, page(set(4), set(5)));
  client.setQueryData(snapshotsQuery(2).queryKey, page());
  client.setQueryData(judgesQuery(2).queryKey, page({ id: 8, name: "Eva", version: 1, level: "pair" }));
  client.setQueryData(kindsQuery.queryKey, [
    {
      key: "judge_win_rate",
      title: "Win rate",
      description: "",
      model_kind: "policy",
      takes_against: "no",
      takes_judge: "must",
      takes_campaign: "no",
      params_schema: { properties: { pairs: { type: "integer", minimum: 1, default: 10 } } },
    },
  ] as never);
  const model = { id: 3, name: "Small", version: 1, kind: "policy" } as ModelDetail;
  pageAt(() => <EvaluateDialog model={model} onClose={vi.fn()} onStarted={vi.fn()} />, "/projects/2", {
    client,
    path: "/projects/$projectId",
  });
  await screen.findByLabelText(/^On/);
}

const type = (label: RegExp, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const send = () => fireEvent.click(screen.getByRole("button", { name: "Evaluate" }));

describe("asking for an evaluation", () => {
  beforeEach(() => {
    fetched.mockReset();
    vi.stubGlobal("fetch", fetched);
  });

  it("says what the server refused of a field until the field is changed", async () => {
    refuse({ set: ["Too small."], judge: ["Archived."], "params.pairs": ["Too many."] });
    await open();
    type(/^On/, "set:4");
    send();
    expect(await screen.findByText("Too small.")).toBeTruthy();
    expect(screen.queryByText("Not so.")).toBeNull();
    type(/^On/, "set:5");
    expect(screen.queryByText("Too small.")).toBeNull();
    expect(screen.getByText("Archived.")).toBeTruthy();
    type(/^Judge/, "8");
    expect(screen.queryByText("Archived.")).toBeNull();
    expect(screen.getByText("Too many.")).toBeTruthy();
    type(/^Pairs/, "5");
    expect(screen.queryByText("Too many.")).toBeNull();
    // Refused again, it stands there again.
    send();
    expect(await screen.findByText("Too small.")).toBeTruthy();
  });

  it("says above the form what no field shows, and asks nothing without a set", async () => {
    refuse({ kind: ["Unknown."] }, "There is no such kind.");
    await open();
    send();
    expect(screen.getByText("Choose a set.")).toBeTruthy();
    expect(fetched).not.toHaveBeenCalled();
    type(/^On/, "set:4");
    expect(screen.queryByText("Choose a set.")).toBeNull();
    send();
    await waitFor(() => expect(screen.getByText("There is no such kind.")).toBeTruthy());
  });
});
