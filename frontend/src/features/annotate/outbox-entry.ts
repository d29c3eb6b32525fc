import type { Submission } from "./api";

/** One answer on its way. `id` is also its Idempotency-Key, so sending twice stores once. */
export interface OutboxEntry {
  id: string;
  person: number;
  campaign: number;
  target: { lease: number } | { feedback: number };
  /** Absent in entries of earlier versions of the page. */
  item?: number;
  body: Submission;
  createdAt: number;
  /** Set when the server refused for good; kept until the person has seen it. */
  refusal?: string;
  /** The refusal was about what the answer says: with the item on screen again it can be put right. */
  reopenable?: boolean;
}

/** Where answers wait until the server has them. */
export interface OutboxStorage {
  load(): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(id: string): Promise<void>;
}
