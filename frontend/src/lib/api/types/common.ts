/** One page of a keyset-paged list. `next` is the cursor of the following page. */
export interface Page<T> {
  results: T[];
  next: string | null;
}

export interface UserRef {
  id: number;
  email: string;
  name: string;
}

export interface Message {
  role: "system" | "user" | "assistant" | (string & {});
  content: string;
}

/** ISO 8601 in UTC. */
export type Timestamp = string;

export interface Histogram {
  edges: number[];
  counts: number[];
}
