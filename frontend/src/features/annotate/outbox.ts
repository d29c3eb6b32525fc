import { ApiError } from "@/lib/api/errors";
import type { FeedbackReceipt } from "@/lib/api/types";
import type { OutboxEntry, OutboxStorage } from "./outbox-entry";

export interface OutboxState {
  waiting: number;
  refused: OutboxEntry[];
  /** The last attempt failed for a passing reason. */
  troubled: boolean;
  /** In this browser somebody else is signed in by now; the answers wait for their own person. */
  stranger: boolean;
}

export interface Sender {
  send(entry: OutboxEntry): Promise<FeedbackReceipt>;
  /** Who the server takes us for now. */
  whoAmI(): Promise<number>;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Keeps answers safe between the press of Enter and the server's receipt: written to storage before they are
 * sent, sent in order, tried again after passing trouble, and set aside with the reason when refused.
 */
export class Outbox {
  private entries: OutboxEntry[] = [];
  private readonly settled = new Map<string, (receipt: FeedbackReceipt | null) => void>();
  private readonly listeners = new Set<() => void>();
  private state: OutboxState = { waiting: 0, refused: [], troubled: false, stranger: false };
  private running = false;
  private closed = false;
  private retryMs = FIRST_RETRY_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly storage: OutboxStorage,
    private readonly sender: Sender,
    private readonly person: number,
  ) {}

  /** Loads what an earlier visit of this person left, and sends it. */
  async start(): Promise<void> {
    this.closed = false;
    const kept = await this.storage.load().catch(() => []);
    const known = new Set(this.entries.map((entry) => entry.id));
    const mine = kept.filter((entry) => entry.person === this.person && !known.has(entry.id));
    this.entries = [...mine.sort((a, b) => a.createdAt - b.createdAt), ...this.entries];
    this.changed();
    this.kick();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** Takes an answer; resolves with the receipt, or with null when the server refused it for good. */
  async add(entry: OutboxEntry): Promise<FeedbackReceipt | null> {
    this.entries.push(entry);
    this.changed();
    const receipt = new Promise<FeedbackReceipt | null>((resolve) => this.settled.set(entry.id, resolve));
    // Storage may be full or forbidden: the answer is still sent from memory.
    await this.storage.put(entry).catch(() => undefined);
    this.kick();
    return receipt;
  }

  /** Leases whose answers are still on their way; the server believes they are open. */
  waitingLeases(): number[] {
    return this.entries.flatMap((entry) =>
      "lease" in entry.target && entry.refusal === undefined ? [entry.target.lease] : [],
    );
  }

  /** Tries now: the network came back, or the person asked. */
  kick = (): void => {
    clearTimeout(this.timer);
    if (!this.running && !this.closed) void this.run();
  };

  async dismiss(id: string): Promise<void> {
    this.entries = this.entries.filter((entry) => entry.id !== id);
    this.changed();
    await this.storage.remove(id).catch(() => undefined);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): OutboxState => this.state;

  private async run(): Promise<void> {
    this.running = true;
    try {
      for (let entry = this.nextWaiting(); entry && !this.closed; entry = this.nextWaiting()) {
        if (!(await this.attempt(entry))) return;
      }
    } finally {
      this.running = false;
    }
  }

  private nextWaiting(): OutboxEntry | undefined {
    return this.entries.find((entry) => entry.refusal === undefined);
  }

  /** Sends one entry; false when the whole outbox should wait. */
  private async attempt(entry: OutboxEntry): Promise<boolean> {
    try {
      const receipt = await this.sender.send(entry);
      this.retryMs = FIRST_RETRY_MS;
      this.entries = this.entries.filter((each) => each.id !== entry.id);
      this.changed({ troubled: false, stranger: false });
      this.settle(entry.id, receipt);
      await this.storage.remove(entry.id).catch(() => undefined);
      return true;
    } catch (error) {
      const reason = await this.reasonOf(error);
      if (reason instanceof ApiError) {
        await this.refuse(entry, reason);
        return true;
      }
      this.changed({ troubled: true, stranger: reason === "stranger" });
      this.timer = setTimeout(this.kick, this.retryMs);
      this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
      return false;
    }
  }

  /** The refusal for good, or why the answer has to wait. */
  private async reasonOf(error: unknown): Promise<ApiError | "passing" | "stranger"> {
    if (!(error instanceof ApiError) || error.isTransient || error.needsSignIn) return "passing";
    // To somebody else this item does not exist: that says nothing about the answer.
    if (error.status !== 403 && error.status !== 404) return error;
    try {
      return (await this.sender.whoAmI()) === this.person ? error : "stranger";
    } catch {
      return "passing";
    }
  }

  private async refuse(entry: OutboxEntry, error: ApiError): Promise<void> {
    entry.refusal = error.message;
    entry.reopenable = error.status === 400 || error.type === "stale_form";
    this.changed({ troubled: false, stranger: false });
    this.settle(entry.id, null);
    await this.storage.put(entry).catch(() => undefined);
  }

  private settle(id: string, receipt: FeedbackReceipt | null): void {
    this.settled.get(id)?.(receipt);
    this.settled.delete(id);
  }

  private changed(patch: Partial<OutboxState> = {}): void {
    const refused = this.entries.filter((entry) => entry.refusal !== undefined);
    this.state = { ...this.state, ...patch, waiting: this.entries.length - refused.length, refused };
    for (const listener of this.listeners) listener();
  }
}
