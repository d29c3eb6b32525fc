import type { Histogram, Message, Timestamp, UserRef } from "./common";

export interface Dataset {
  id: number;
  project: number;
  name: string;
  description: string;
  latest_version: { id: number; number: number; rows: number } | null;
  created_at: Timestamp;
}

export interface DatasetImport {
  id: number;
  dataset: number;
  filename: string;
  size_bytes: number;
  sha256: string;
  format: string;
  state: string;
  rows_read: number;
  rows_new: number;
  rows_merged: number;
  rows_rejected: number;
  rejected_by_reason: Record<string, number>;
  message: string;
  /** Id of the dataset version that holds its rows. */
  version: number | null;
  job: number | null;
  has_quarantine: boolean;
  created_at: Timestamp;
}

export interface DatasetVersion {
  id: number;
  dataset: number;
  number: number;
  state: "building" | "ready" | "failed";
  origin: "import" | "fold";
  origin_detail: { import?: number; filename?: string; campaign?: number };
  parent: number | null;
  rows: number;
  stats: {
    responses?: number;
    labels?: number;
    label_sources?: Record<string, number>;
    outcomes?: Record<string, number>;
    multi_turn?: number;
  };
  content_hash: string;
  created_by: UserRef | null;
  created_at: Timestamp;
  job: number | null;
}

export interface ResponseText {
  response_id: string;
  content: string;
  generator?: string | null;
}

/** `value` is −3…+3, signed toward `b`; null for "both bad". `a` sorts before `b` always. */
export interface Label {
  a: string;
  b: string;
  value: number | null;
  outcome: "preference" | "tie" | "both_bad";
  source: "human" | "imported" | "judge" | "adjudicated";
  strength: number | null;
  aspect: string | null;
  annotator: string | null;
  origin: string | null;
}

export interface DatasetRow {
  record_id: string;
  prompt: Message[];
  responses: ResponseText[];
  labels: Label[];
  context: string | null;
  metadata: Record<string, unknown>;
  signals: Record<string, Record<string, number | null>>;
}

export type PredicateOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "contains" | "in";

export type Predicate =
  | { and: Predicate[] }
  | { or: Predicate[] }
  | { not: Predicate }
  | { field: string; op: PredicateOp; value: string | number | boolean | (string | number)[] };

export interface Signal {
  id: number;
  dataset_version: number;
  kind: string;
  name: string;
  state: "queued" | "running" | "ready" | "failed" | "cancelled";
  params: Record<string, unknown>;
  provenance: Record<string, unknown>;
  rows_ok: number;
  rows_failed: number;
  summary: {
    count?: number;
    mean?: number | null;
    min?: number | null;
    max?: number | null;
    histogram?: Histogram;
  } | null;
  job: number | null;
  created_at: Timestamp;
}
