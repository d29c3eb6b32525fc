import type { Timestamp, UserRef } from "./common";

export type JobState = "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";

export interface Job {
  id: number;
  project: number;
  kind: string;
  title: string;
  queue: string;
  state: JobState;
  total: number | null;
  /** Finished units, the failed ones among them. */
  done: number;
  failed: number;
  unit: string;
  rate_per_s: number | null;
  eta_s: number | null;
  failures: Record<string, number>;
  message: string;
  result: Record<string, unknown> | null;
  subject: { type: string; id: number } | null;
  cancel_requested: boolean;
  pause_requested: boolean;
  can: { cancel: boolean; pause: boolean; resume: boolean; retry_failed: boolean };
  created_by: UserRef | null;
  created_at: Timestamp;
  started_at: Timestamp | null;
  finished_at: Timestamp | null;
}

export interface JobLogLine {
  at: Timestamp;
  level: "debug" | "info" | "warning" | "error" | (string & {});
  message: string;
}
