import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clearDraft, DraftKeeper, loadDraft, MAX_DRAFTS, SAVE_AFTER_MS, saveDraft } from "./drafts";

const key = (item: number, person = 7, form = 1) => ({ person, item, form });
const kept = () => Object.keys(localStorage).filter((name) => name.startsWith("plumbline.draft."));

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe("drafts", () => {
  it("belong to a person, an item and a form", () => {
    saveDraft(key(1), { why: "mine" });
    saveDraft(key(2), { why: "other item" });
    saveDraft(key(1, 8), { why: "other person" });
    expect(loadDraft(key(1))).toEqual({ why: "mine" });
    expect(loadDraft(key(1, 8))).toEqual({ why: "other person" });
    expect(loadDraft(key(1, 7, 2))).toBeNull();
    expect(loadDraft(key(3))).toBeNull();
    clearDraft(key(1));
    expect(loadDraft(key(1))).toBeNull();
    expect(loadDraft(key(2))).toEqual({ why: "other item" });
  });

  it("are fifty at most; the oldest goes", () => {
    for (let item = 1; item <= MAX_DRAFTS + 2; item += 1) {
      vi.setSystemTime(item * 1000);
      saveDraft(key(item), { why: String(item) });
    }
    expect(kept()).toHaveLength(MAX_DRAFTS);
    expect(loadDraft(key(2))).toBeNull();
    expect(loadDraft(key(3))).toEqual({ why: "3" });
  });

  it("make room when the browser's storage is full", () => {
    saveDraft(key(1), { why: "old" });
    const full = vi.spyOn(Storage.prototype, "setItem").mockImplementationOnce(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    saveDraft(key(2), { why: "new" });
    expect(full).toHaveBeenCalledTimes(2);
    expect(loadDraft(key(1))).toBeNull();
    expect(loadDraft(key(2))).toEqual({ why: "new" });
  });

  it("survive rubbish in storage", () => {
    localStorage.setItem("plumbline.draft.7.1", "{");
    expect(loadDraft(key(1))).toBeNull();
    saveDraft(key(1), { why: "x" });
    expect(loadDraft(key(1))).toEqual({ why: "x" });
  });
});

describe("the keeper", () => {
  it("saves within 300 ms, also while somebody goes on typing", () => {
    const keeper = new DraftKeeper(key(1));
    for (const text of ["a", "ab", "abc"]) {
      keeper.change({ why: text });
      vi.advanceTimersByTime(100);
    }
    expect(SAVE_AFTER_MS).toBeLessThanOrEqual(300);
    expect(loadDraft(key(1))).toEqual({ why: "abc" });
  });

  it("saves at once when the page is left, and forgets what was sent", () => {
    const keeper = new DraftKeeper(key(1));
    keeper.change({ why: "a" });
    expect(loadDraft(key(1))).toBeNull();
    keeper.flush();
    expect(loadDraft(key(1))).toEqual({ why: "a" });
    keeper.change({ why: "ab" });
    keeper.clear();
    vi.advanceTimersByTime(1000);
    expect(loadDraft(key(1))).toBeNull();
  });
});
