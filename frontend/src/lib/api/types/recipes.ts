import type { Message, Timestamp, UserRef } from "./common";

/** A step is its type and whatever its schema in the catalogue allows. */
export interface RecipeStep {
  type: string;
  [param: string]: unknown;
}

export interface RecipeStepKind {
  type: string;
  title: string;
  description: string;
  schema: Record<string, unknown>;
}

export interface Recipe {
  id: number;
  project: number;
  name: string;
  steps: RecipeStep[];
  created_by: UserRef | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface FunnelStep {
  index: number;
  type: string;
  title: string;
  in: number;
  kept: number;
  dropped: number;
  review: number;
  reasons: Record<string, number>;
}

export interface PairRow {
  pair_id: string;
  record_id: string;
  prompt: Message[];
  chosen: { response_id: string; content: string };
  rejected: { response_id: string; content: string };
  strength: number | null;
  votes: number;
  margins: Record<string, number | null>;
  split: string | null;
  decision: "keep" | "drop" | "review";
  step: number | null;
  reason: string | null;
}

export interface RecipePreview {
  pairs_in: number;
  funnel: FunnelStep[];
  kept: number;
  dropped: number;
  review: number;
  histograms: { name: string; title: string; edges: number[]; counts: number[] }[];
  samples: { kept: PairRow[]; dropped: PairRow[] };
}

export interface Snapshot {
  id: number;
  project: number;
  name: string;
  state: "building" | "ready" | "failed" | "cancelled" | (string & {});
  content_hash: string;
  recipe: number;
  steps: RecipeStep[];
  dataset_version: number;
  counts: { in: number; kept: number; dropped: number; review: number };
  funnel: FunnelStep[];
  splits: { train: number; test: number };
  job: number | null;
  created_at: Timestamp;
}
