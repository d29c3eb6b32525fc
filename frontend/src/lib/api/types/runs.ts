import type { Timestamp, UserRef } from "./common";

export interface DataExport {
  id: number;
  snapshot: number;
  format: "trl_preference" | "trl_reward";
  state: string;
  files: { name: string; size_bytes: number; rows: number; sha256: string }[];
  manifest: Record<string, unknown>;
  job: number | null;
  created_at: Timestamp;
}

export interface BaseModel {
  key: string;
  title: string;
  description: string;
  kind: string;
  available: boolean;
}

export interface RunConfig {
  max_steps: number;
  learning_rate: number;
  beta: number;
  batch_size: number;
  max_length: number;
  lora_r: number;
  lora_alpha: number;
  lora_dropout: number;
  use_lora: boolean;
  save_steps: number;
  eval_steps: number;
  seed: number;
}

export interface Run {
  id: number;
  project: number;
  name: string;
  kind: "dpo" | "reward";
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  export: number;
  snapshot: number;
  base_model: string;
  config: Partial<RunConfig>;
  job: number | null;
  model_version: number | null;
  error: string | null;
  step: number;
  max_steps: number;
  created_by: UserRef | null;
  created_at: Timestamp;
  started_at: Timestamp | null;
  finished_at: Timestamp | null;
}

export interface RunMetrics {
  results: { step: number; values: Record<string, number | null> }[];
  state: Run["state"];
  step: number;
  max_steps: number;
}

export interface ModelVersion {
  id: number;
  project: number;
  name: string;
  version: number;
  kind: "policy" | "reward";
  base_model: string;
  run: number | null;
  metrics: Record<string, number | null>;
  size_bytes: number;
  created_at: Timestamp;
}
