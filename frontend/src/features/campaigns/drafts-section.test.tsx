import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Campaign } from "@/lib/api/types";
import { judgesQuery } from "./api";
import { DraftsSection } from "./drafts-section";

const MARKS = { judge: "judge:Marks v1", show: "after_first_pass" };
const campaign = (over: object, type = "spans") =>
  ({ id: 4, project: 2, drafts: null, form: { questions: [{ name: "q", type }] }, ...over }) as Campaign;
const fetched = vi.fn();

function open(shown: Campaign, canManage = true) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const judge = (name: string, version: number, gives: string) => ({ id: version, name, version, gives });
  client.setQueryData(judgesQuery(2).queryKey, {
    results: [judge("Marks", 2, "drafts"), judge("Letters", 1, "votes")],
    next: null,
  } as never);
  render(
    <QueryClientProvider client={client}>
      <DraftsSection campaign={shown} canManage={canManage} />
    </QueryClientProvider>,
  );
}

describe("drafts of a campaign", () => {
  beforeEach(() => {
    fetched.mockReset().mockResolvedValue(new Response(JSON.stringify(campaign({})), { status: 200 }));
    vi.stubGlobal("fetch", fetched);
  });

  it("are those of a judge that drafts, an older version among them, or nobody's", async () => {
    open(campaign({ drafts: MARKS }));
    const choice = screen.getByLabelText("Offer the drafts of");
    expect([...choice.querySelectorAll("option")].map((each) => each.textContent)).toEqual([
      "Nobody",
      "Marks v1",
      "Marks v2",
    ]);
    fireEvent.change(choice, { target: { value: "" } });
    await waitFor(() => expect(fetched).toHaveBeenCalled());
    expect(JSON.parse(fetched.mock.calls[0]?.[1].body)).toEqual({ drafts: null });
  });

  it("are only read by people who do not manage it, and not spoken of where nothing can be drafted", () => {
    open(campaign({ drafts: MARKS }), false);
    expect(screen.getByText("Offered are drafts of judge:Marks v1.")).toBeTruthy();
    open(campaign({}, "pairwise"));
    expect(screen.queryByLabelText("Offer the drafts of")).toBeNull();
  });
});
