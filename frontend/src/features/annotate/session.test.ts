import { describe, expect, it } from "vitest";
import type { FeedbackReceipt, Form, Item, NextItem } from "@/lib/api/types";
import type { OutboxEntry } from "./outbox-entry";
import { LabelSession, REMEMBERED } from "./session";

const form: Form = {
  id: 1,
  version: 1,
  questions: [{ name: "why", type: "text", title: "Why?", required: false, max_chars: 100 }],
};
const item = (id: number): Item => ({
  id,
  position: id,
  prompt: [],
  context: null,
  responses: [
    { response_id: `a${id}`, content: "" },
    { response_id: `b${id}`, content: "" },
  ],
});

/** A server with `count` items whose leases are numbered like their items, and an outbox that answers at once. */
function house(count: number) {
  const served: number[] = [];
  const released: number[] = [];
  const sent: OutboxEntry[] = [];
  const stillWaiting = new Set<number>();
  const carried = new Map<number, Record<string, string>>();
  /** Leases whose answers the server refuses. */
  const refuse = new Set<number>();
  const api = {
    leaseNext: (exclude: number[]): Promise<NextItem | undefined> => {
      const lease = Array.from({ length: count }, (_, index) => index + 1).find(
        (each) =>
          !exclude.includes(each) &&
          !sent.some(
            (entry) => "lease" in entry.target && entry.target.lease === each && !stillWaiting.has(each),
          ),
      );
      if (lease === undefined) return Promise.resolve(undefined);
      served.push(lease);
      return Promise.resolve({
        lease: { id: lease, expires_at: "" },
        item: item(lease),
        form,
        answers: carried.get(lease) ?? {},
      });
    },
    skip: () => Promise.resolve(),
    release: (lease: number) => {
      released.push(lease);
      return Promise.resolve();
    },
    getFeedback: (id: number) =>
      Promise.resolve({
        id,
        revision: 1,
        answers: { why: "old" },
        item: item(900 + id),
        form,
        created_at: "",
      }),
    recentFeedback: () => Promise.resolve([51, 50]),
  };
  const outbox = {
    add: (entry: OutboxEntry): Promise<FeedbackReceipt | null> => {
      sent.push(entry);
      if ("lease" in entry.target && refuse.has(entry.target.lease)) return Promise.resolve(null);
      return Promise.resolve({ feedback: { id: 100 + sent.length, revision: 1, item: 1, created_at: "" } });
    },
    waitingLeases: () => [...stillWaiting],
  };
  const session = new LabelSession(api, outbox, { person: 7, campaign: 1 });
  return { session, served, released, sent, stillWaiting, carried, refuse };
}

const times = { duration_ms: 5, active_ms: 4 };
const reading = { idle_ms: 1, first_answer_ms: 2, seen: { a1: 1 }, reached_end: ["a1"] };
const rest = () => new Promise((resolve) => setTimeout(resolve, 0));
const shown = (session: LabelSession) => session.getState().task?.item.id;

describe("LabelSession", () => {
  it("starts from answers that carry over, and says which form it showed", async () => {
    const { session, sent, carried } = house(2);
    carried.set(1, { why: "from before" });
    await session.start();
    expect(session.getState().task).toMatchObject({ answers: { why: "from before" } });
    session.submit({ why: "still" }, { ...times, reading });
    expect(sent[0]?.body).toEqual({ answers: { why: "still" }, form_version: 1, ...times, reading });
    expect(sent[0]?.item).toBe(1);
  });

  it("shows a refused item again, filled in with what was said, and gives nothing else away", async () => {
    const { session, sent, served, stillWaiting } = house(5);
    await session.start();
    stillWaiting.add(1);
    session.submit({ why: "x" }, times);
    await rest();
    const entry = sent.pop() as OutboxEntry;
    stillWaiting.delete(1);
    expect(await session.reopen(entry)).toBe(true);
    expect(session.getState().task).toMatchObject({ item: { id: 1 }, lease: 1, answers: { why: "x" } });
    expect(session.getState().answered).toBe(0);
    expect(served.at(-1)).toBe(1);
    session.submit({ why: "y" }, times);
    expect(sent.at(-1)).toMatchObject({ target: { lease: 1 }, body: { answers: { why: "y" } } });
    expect(shown(session)).toBe(2);
  });

  it("says so when a refused item has gone to somebody else", async () => {
    const { session, sent } = house(1);
    await session.start();
    session.submit({ why: "x" }, times);
    expect(await session.reopen(sent[0] as OutboxEntry)).toBe(false);
    expect(session.getState().error).toContain("no longer yours");
  });

  it("sends a correction of a refused answer as the first one", async () => {
    const { session, sent, refuse } = house(3);
    await session.start();
    refuse.add(1);
    session.submit({ why: "x" }, times);
    await session.undo();
    session.submit({ why: "y" }, times);
    await rest();
    expect(sent.map((entry) => entry.target)).toEqual([{ lease: 1 }, { lease: 1 }]);
  });

  it("lets old items go from memory and still walks back to them", async () => {
    const { session } = house(40);
    await session.start();
    for (let count = 0; count < 30; count += 1) {
      session.submit({ why: String(count) }, times);
      await rest();
    }
    for (let count = 0; count < REMEMBERED; count += 1) await session.undo();
    expect(shown(session)).toBe(11);
    await session.undo();
    // Fetched again by its number, as those of earlier visits are.
    expect(session.getState().task).toMatchObject({ id: "feedback-110", item: { id: 1010 } });
  });

  it("fetches two items ahead and shows the next one in the same turn as the submit", async () => {
    const { session, served, sent } = house(5);
    await session.start();
    expect(served).toEqual([1, 2, 3]);
    session.submit({ why: "x" }, times);
    expect(shown(session)).toBe(2);
    expect(sent[0]).toMatchObject({
      target: { lease: 1 },
      body: { answers: { why: "x" }, ...times },
      person: 7,
    });
    await rest();
    expect(served).toEqual([1, 2, 3, 4]);
  });

  it("does not get an item again whose answer is still on its way", async () => {
    const { session, served, stillWaiting } = house(3);
    await session.start();
    stillWaiting.add(1);
    session.submit({}, times);
    await rest();
    session.submit({}, times);
    session.submit({}, times);
    await rest();
    expect(served).toEqual([1, 2, 3]);
    expect(session.getState()).toMatchObject({ phase: "done", task: null, answered: 3 });
  });

  it("asks for no more than the server lends at once, and goes on when an answer has arrived", async () => {
    const { session, served, stillWaiting } = house(9);
    await session.start();
    for (const lease of [1, 2, 3, 4, 5]) {
      stillWaiting.add(lease);
      session.submit({}, times);
      await rest();
    }
    expect(served).toEqual([1, 2, 3, 4, 5]);
    expect(session.getState()).toMatchObject({ phase: "loading", task: null });

    stillWaiting.delete(1);
    session.wake();
    await rest();
    expect(shown(session)).toBe(6);
  });

  it("says so when nothing is left", async () => {
    const { session } = house(0);
    await session.start();
    expect(session.getState().phase).toBe("done");
  });

  it("walks back across submits and earlier visits, and forward again", async () => {
    const { session, sent } = house(4);
    await session.start();
    session.submit({ why: "one" }, times);
    session.submit({ why: "two" }, times);
    await session.undo();
    expect(session.getState().task).toMatchObject({ item: { id: 2 }, answers: { why: "two" }, lease: null });
    await session.undo();
    await session.undo();
    expect(session.getState().task).toMatchObject({ item: { id: 951 }, answers: { why: "old" } });

    session.redo();
    expect(shown(session)).toBe(1);
    session.submit({ why: "one, corrected" }, times);
    await rest();
    expect(sent.at(-1)).toMatchObject({
      target: { feedback: 101 },
      body: { answers: { why: "one, corrected" } },
    });
    expect(shown(session)).toBe(2);
    session.redo();
    expect(shown(session)).toBe(3);
    expect(session.getState().answered).toBe(2);
  });

  it("gives back what it fetched ahead when the page is left, but keeps the item on screen", async () => {
    const { session, released } = house(5);
    await session.start();
    session.close();
    expect(released).toEqual([2, 3]);
  });

  it("tells why when the next item cannot be fetched, and tries again when asked", async () => {
    const { session } = house(1);
    const api = (session as unknown as { api: { leaseNext: unknown } }).api;
    const working = api.leaseNext;
    api.leaseNext = () => Promise.reject(new Error("No answer."));
    await session.start();
    expect(session.getState()).toMatchObject({ phase: "error", error: "No answer." });
    api.leaseNext = working;
    session.retry();
    await rest();
    expect(shown(session)).toBe(1);
  });
});
