import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blockOf, checkWords, type ExportCheck, reasonWords } from "./check-words";
import { ExportCheckLine } from "./export-check-line";
import { useExportCheck } from "./use-export-check";

const check = (over: Partial<ExportCheck> = {}): ExportCheck => ({
  format: "trl_preference",
  reads: "pairs",
  kept: 500,
  looked_at: 500,
  is_whole: true,
  candidates: 500,
  rows: { train: 400, test: 100 },
  dropped: [],
  remarks: [],
  columns: [{ name: "prompt", said: null }],
  problem: "",
  ...over,
});

describe("what can be used, in words", () => {
  it("is all of it", () => {
    expect(checkWords(check())).toEqual({ text: "All of the 500 pairs can be used.", warns: false });
    expect(checkWords(check({ candidates: 1000, rows: { train: 800, test: 200 } })).text).toBe(
      "All 1,000 rows that the 500 pairs make can be used.",
    );
  });

  it("is a part of it, with the reasons for the rest", () => {
    const part = check({
      rows: { train: 332, test: 80 },
      dropped: [
        { reason: "no_gap", count: 60 },
        { reason: "gap_not_positive", count: 28 },
      ],
    });
    expect(checkWords(part).text).toBe(
      "412 of 500 pairs can be used. 88 are left out: 60 without a gap, 28 whose gap is not above 0.",
    );
    expect(checkWords({ ...part, dropped: part.dropped.slice(0, 1) }).text).toBe(
      "412 of 500 pairs can be used. 60 without a gap are left out.",
    );
    expect(checkWords({ ...part, is_whole: false, looked_at: 500, kept: 9000 }).text).toMatch(
      /^412 of the first 500 pairs can be used\./,
    );
    expect(checkWords({ ...part, reads: "records", looked_at: 300 }).text).toMatch(
      /^412 of 500 rows that the 300 records could make can be used\./,
    );
  });

  it("is nothing, and that is a warning", () => {
    const nothing = check({
      reads: "records",
      rows: { train: 0, test: 0 },
      dropped: [{ reason: "no_rationale", count: 500 }],
      problem: "None of the 500 rows could be written (no rationale); change the options.",
    });
    const words = "None of the 500 records can be used: 500 without a rationale.";
    const ofPairs = { ...nothing, looked_at: 200 };
    expect(checkWords(nothing)).toEqual({ text: words, warns: true });
    expect(checkWords(ofPairs).text).toMatch(/^None of the 500 rows that the 200 records could make can be/);
    expect(blockOf(nothing, true)).toBe(`${words} Choose another loss, or other options of the rows.`);
    expect(blockOf({ ...nothing, is_whole: false }, true)).toBeNull();
  });

  it("warns where the loss is about a column that says nothing", () => {
    const silent = check({ columns: [{ name: "soft_label", said: 0 }] });
    expect(checkWords(silent, ["soft_label"])).toEqual({
      text: "All of the 500 pairs can be used. None has a soft label of its own.",
      warns: true,
    });
    expect(checkWords(silent).warns).toBe(false);
    expect(checkWords(check({ columns: [{ name: "margin", said: 440 }] })).text).toMatch(
      /60 have no margin above 0\.$/,
    );
    const ties = [
      { name: "margin", said: 495 },
      { name: "tie", said: 5 },
    ];
    expect(checkWords(check({ columns: ties }), ["tie"])).toEqual({
      text: "All of the 500 pairs can be used. 5 are ties, which the snapshot itself does not keep.",
      warns: false,
    });
  });

  it("needs training rows to train, and none to be written", () => {
    const held = check({ rows: { train: 0, test: 500 } });
    expect(blockOf(held, true)).toMatch(/^All that can be used is held out/);
    expect(blockOf(held, false)).toBeNull();
    expect(checkWords(held).warns).toBe(true);
  });

  it("names every reason after its number", () => {
    expect(reasonWords("no_marks", 1200)).toBe("1,200 without marks");
    expect(reasonWords("no_edit", 1)).toBe("1 without an edit");
    expect(reasonWords("voted_twice", 2)).toBe("2 voted twice");
  });
});

const fetchMock = vi.fn<typeof fetch>();
const answer = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

function Line({ options, needed }: { options: Record<string, unknown> | null; needed?: string[] }) {
  const found = useExportCheck({ snapshot: 3, format: "trl_reward", options });
  return <ExportCheckLine check={found} needed={needed} />;
}

function show(options: Record<string, unknown> | null) {
  const client = new QueryClient();
  const page = (given: Record<string, unknown> | null) => (
    <QueryClientProvider client={client}>
      <Line options={given} />
    </QueryClientProvider>
  );
  const { rerender, container } = render(page(options));
  return { container, change: (given: Record<string, unknown> | null) => rerender(page(given)) };
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

describe("the line", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", fetchMock);
    fetchMock.mockReset();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("asks once choices stand still, and keeps the last answer meanwhile", async () => {
    fetchMock.mockImplementation(async () => answer(check()));
    const { container, change } = show({ tokenizer: "tiny-llama" });
    await pass(0);
    expect(String(fetchMock.mock.calls[0]?.[0])).toContain("options=%7B%7D");
    const line = screen.getByText("All of the 500 pairs can be used.");
    expect(line.closest("[aria-live=polite]")?.getAttribute("aria-busy")).toBe("false");

    fetchMock.mockImplementation(async () => answer(check({ candidates: 12, looked_at: 12 })));
    change({ tie: false, margin: null });
    change({ tie: true });
    await pass(100);
    expect(fetchMock).toHaveBeenCalledTimes(1);
    expect(line.closest("[aria-live=polite]")?.getAttribute("aria-busy")).toBe("true");
    await pass(400);
    await pass(10);
    expect(fetchMock).toHaveBeenCalledTimes(2);
    screen.getByText("All of the 12 pairs can be used.");

    vi.useRealTimers();
    const result = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(result.violations.map((each) => each.id)).toEqual([]);
  });

  it("says what went wrong and asks again", async () => {
    fetchMock.mockImplementation(async () => answer({ type: "unprocessable", message: "Too much." }, 422));
    show({});
    await pass(0);
    screen.getByText("What can be used could not be counted. Too much.");

    fetchMock.mockImplementation(async () => answer(check()));
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await pass(0);
    screen.getByText("All of the 500 pairs can be used.");
  });

  it("asks nothing while the choices cannot be sent", async () => {
    show(null);
    await pass(1000);
    expect(fetchMock).not.toHaveBeenCalled();
  });
});
