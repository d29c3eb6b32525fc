import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Job } from "@/lib/api/types";
import { JobStrip, progressText } from "./job-strip";

const job = (over: Partial<Job> = {}): Job => ({
  id: 7,
  project: 1,
  kind: "dataset.import",
  title: "Import pairs.jsonl",
  queue: "default",
  state: "running",
  total: 12_000,
  done: 7_340,
  failed: 12,
  unit: "rows",
  rate_per_s: 1240,
  eta_s: 38,
  failures: { empty_response: 12 },
  message: "",
  result: null,
  subject: null,
  cancel_requested: false,
  pause_requested: false,
  can: { cancel: true, pause: true, resume: false, retry_failed: false },
  created_by: { id: 1, email: "ada@example.org", name: "Ada" },
  created_at: "2026-03-01T12:00:00Z",
  started_at: "2026-03-01T12:00:00Z",
  finished_at: null,
  ...over,
});

const fetchMock = vi.fn<typeof fetch>();

function answers(...jobs: Job[]): void {
  let index = 0;
  fetchMock.mockImplementation(async () => {
    const body = jobs[Math.min(index, jobs.length - 1)];
    index += 1;
    return new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
  });
}

async function show(onEnd = vi.fn()) {
  const rootRoute = createRootRoute({ component: () => <JobStrip jobId={7} onEnd={onEnd} /> });
  const router = createRouter({ routeTree: rootRoute, history: createMemoryHistory() });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  await screen.findByText("Import pairs.jsonl");
  return onEnd;
}

beforeEach(() => {
  fetchMock.mockReset();
  vi.stubGlobal("fetch", fetchMock);
});

describe("progress in words", () => {
  it("says amount, rate and time left while running", () => {
    expect(progressText(job())).toBe("7,340 of 12,000 rows · 1,240 rows/s · 38 s left");
  });

  it("leaves out what is not known or no longer matters", () => {
    expect(progressText(job({ total: null, rate_per_s: null, eta_s: null }))).toBe("7,340 rows");
    expect(progressText(job({ state: "succeeded", done: 12_000 }))).toBe("12,000 of 12,000 rows");
    expect(progressText(job({ state: "queued", total: null, done: 0 }))).toBe("");
  });
});

describe("the job strip", () => {
  it("shows failures by reason and only the controls that work", async () => {
    answers(job());
    await show();
    expect(screen.getByText("12 failures: empty response")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Resume" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Retry failed" })).toBeNull();
  });

  it("asks the server to pause", async () => {
    answers(
      job(),
      job({ pause_requested: true, can: { cancel: true, pause: false, resume: true, retry_failed: false } }),
    );
    await show();
    await act(async () => fireEvent.click(screen.getByRole("button", { name: "Pause" })));
    await screen.findByText("Pausing…");
    expect(fetchMock.mock.calls[1]?.[0]).toBe("/api/jobs/7/pause/");
    expect(fetchMock.mock.calls[1]?.[1]?.method).toBe("POST");
  });

  it("tells once when the job has ended", async () => {
    answers(job(), job({ state: "succeeded", done: 12_000, message: "Imported 11,988 rows." }));
    const onEnd = await show();
    expect(onEnd).not.toHaveBeenCalled();
    await screen.findByText("Imported 11,988 rows.", {}, { timeout: 3000 });
    expect(onEnd).toHaveBeenCalledTimes(1);
  });
});
