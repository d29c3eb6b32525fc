import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, offlineError } from "@/lib/api/errors";
import type { FeedbackReceipt } from "@/lib/api/types";
import { Outbox } from "./outbox";
import type { OutboxEntry } from "./outbox-entry";
import { memoryStorage } from "./outbox-storage";

const entry = (id: string, lease: number, person = 7): OutboxEntry => ({
  id,
  person,
  campaign: 1,
  target: { lease },
  body: { answers: {}, form_version: 1, duration_ms: 1, active_ms: 1 },
  createdAt: lease,
});

const receipt = (id: number): FeedbackReceipt => ({ feedback: { id, revision: 1, item: 1, created_at: "" } });

function server(person = 7) {
  const stored: string[] = [];
  const mode = { fail: null as null | (() => Error), person };
  return {
    stored,
    mode,
    whoAmI: () => Promise.resolve(mode.person),
    send: (each: OutboxEntry) => {
      if (mode.fail) return Promise.reject(mode.fail());
      stored.push(each.id);
      return Promise.resolve(receipt(stored.length));
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("Outbox", () => {
  it("sends in order and forgets what the server has", async () => {
    const storage = memoryStorage();
    const remote = server();
    const outbox = new Outbox(storage, remote, 7);
    const [first, second] = [outbox.add(entry("a", 1)), outbox.add(entry("b", 2))];
    await settle();
    expect(remote.stored).toEqual(["a", "b"]);
    expect((await first)?.feedback.id).toBe(1);
    expect((await second)?.feedback.id).toBe(2);
    expect(await storage.load()).toEqual([]);
    expect(outbox.getState()).toEqual({ waiting: 0, refused: [], troubled: false, stranger: false });
  });

  it("keeps answers while the server is away and sends each once when it is back", async () => {
    const storage = memoryStorage();
    const remote = server();
    remote.mode.fail = offlineError;
    const outbox = new Outbox(storage, remote, 7);
    for (let index = 0; index < 500; index += 1) void outbox.add(entry(`e${index}`, index));
    await settle();
    expect(outbox.getState()).toMatchObject({ waiting: 500, troubled: true });
    expect(await storage.load()).toHaveLength(500);
    expect(outbox.waitingLeases()).toHaveLength(500);

    remote.mode.fail = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(remote.stored).toEqual(Array.from({ length: 500 }, (_, index) => `e${index}`));
    expect(outbox.getState()).toEqual({ waiting: 0, refused: [], troubled: false, stranger: false });
  });

  it("sends after a reload what an earlier visit left, and nobody else's", async () => {
    const storage = memoryStorage();
    const remote = server();
    await storage.put(entry("late", 2));
    await storage.put(entry("early", 1));
    await storage.put(entry("other-person", 3, 8));
    const outbox = new Outbox(storage, remote, 7);
    await outbox.start();
    await settle();
    expect(remote.stored).toEqual(["early", "late"]);
    expect((await storage.load()).map((each) => each.id)).toEqual(["other-person"]);
  });

  it("sets a refused answer aside with the reason and goes on with the next", async () => {
    const storage = memoryStorage();
    const remote = server();
    remote.mode.fail = () => new ApiError(410, { type: "gone", message: "The lease has expired." });
    const outbox = new Outbox(storage, remote, 7);
    const refused = outbox.add(entry("a", 1));
    await settle();
    remote.mode.fail = null;
    void outbox.add(entry("b", 2));
    await settle();
    expect(await refused).toBeNull();
    expect(remote.stored).toEqual(["b"]);
    expect(outbox.getState().refused.map((each) => each.refusal)).toEqual(["The lease has expired."]);
    expect((await storage.load()).map((each) => each.id)).toEqual(["a"]);
    await outbox.dismiss("a");
    expect(await storage.load()).toEqual([]);
  });

  it("holds on to answers when the person is signed out", async () => {
    const storage = memoryStorage();
    const remote = server();
    remote.mode.fail = () => new ApiError(401, { type: "not_authenticated", message: "Sign in." });
    const outbox = new Outbox(storage, remote, 7);
    void outbox.add(entry("a", 1));
    await settle();
    outbox.close();
    expect(await storage.load()).toHaveLength(1);
    expect(outbox.getState().refused).toEqual([]);
  });

  it("loses nothing when the server fails, the page is reloaded and the server comes back", async () => {
    const storage = memoryStorage();
    const remote = server();
    remote.mode.fail = () => new ApiError(500, { type: "unexpected", message: "The server answered 500." });
    const before = new Outbox(storage, remote, 7);
    for (const lease of [1, 2, 3]) void before.add(entry(`e${lease}`, lease));
    await settle();
    expect(before.getState()).toMatchObject({ waiting: 3, refused: [], troubled: true });
    before.close();

    remote.mode.fail = null;
    const after = new Outbox(storage, remote, 7);
    await after.start();
    await settle();
    expect(remote.stored).toEqual(["e1", "e2", "e3"]);
    expect(await storage.load()).toEqual([]);
  });

  it("waits while somebody else is signed in, and sends when its person is back", async () => {
    const storage = memoryStorage();
    const remote = server();
    remote.mode.fail = () => new ApiError(401, { type: "not_authenticated", message: "Sign in." });
    const mine = new Outbox(storage, remote, 7);
    void mine.add(entry("a", 1));
    await settle();

    // Another person signs in; in another tab this page is still open.
    remote.mode.person = 8;
    remote.mode.fail = () => new ApiError(404, { type: "not_found", message: "You hold no such item." });
    mine.kick();
    await settle();
    expect(mine.getState()).toMatchObject({ waiting: 1, refused: [], troubled: true, stranger: true });
    mine.close();
    remote.mode.fail = null;
    const theirs = new Outbox(storage, remote, 8);
    await theirs.start();
    void theirs.add(entry("b", 2, 8));
    await settle();
    theirs.close();
    expect(remote.stored).toEqual(["b"]);
    expect((await storage.load()).map((each) => each.id)).toEqual(["a"]);

    remote.mode.person = 7;
    const again = new Outbox(storage, remote, 7);
    await again.start();
    await settle();
    expect(remote.stored).toEqual(["b", "a"]);
    expect(await storage.load()).toEqual([]);
  });

  it("believes “no such item” when nobody else is signed in", async () => {
    const remote = server();
    remote.mode.fail = () => new ApiError(404, { type: "not_found", message: "You hold no such item." });
    const outbox = new Outbox(memoryStorage(), remote, 7);
    void outbox.add(entry("a", 1));
    await settle();
    expect(outbox.getState().refused.map((each) => each.reopenable)).toEqual([false]);
  });

  it.each([
    [409, "stale_form", true],
    [400, "invalid", true],
    [409, "conflict", false],
    [410, "gone", false],
  ])("keeps a %i “%s”; it can be reopened: %s", async (status, type, reopenable) => {
    const storage = memoryStorage();
    const remote = server();
    remote.mode.fail = () => new ApiError(status, { type, message: "No." });
    const outbox = new Outbox(storage, remote, 7);
    void outbox.add(entry("a", 1));
    await settle();
    expect(outbox.getState().refused).toMatchObject([{ id: "a", refusal: "No.", reopenable }]);
    expect(await storage.load()).toMatchObject([{ id: "a", reopenable }]);
    expect(outbox.waitingLeases()).toEqual([]);
  });
});
