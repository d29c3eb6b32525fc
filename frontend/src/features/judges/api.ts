import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import type { Dataset, DatasetVersion, Job, Judge, Page, Principle } from "@/lib/api/types";

type Schemas = components["schemas"];

export type { Judge } from "@/lib/api/types";
export type JudgeDetail = Schemas["JudgeDetail"];
export type JudgeFacts = Schemas["JudgeFactsRequest"];
export type JudgeModel = Schemas["JudgeModel"];
export type JudgeProtocol = Schemas["JudgeProtocol"];
export type JudgeProbe = Schemas["JudgeProbe"];
export type JudgeRun = Schemas["JudgeRun"];
export type JudgeMeter = Schemas["JudgeMeter"];
export type JudgeAnswer = Schemas["JudgeAnswer"];
export type JudgeTrust = Omit<Schemas["JudgeTrust"], "results"> & { results: TrustResults | null };
export type Rendering = Schemas["JudgeRendering"];
export type RenderedCall = Schemas["JudgeRenderedCall"];

/** A figure and its 95 % interval; null where there is nothing to tell it from. */
export type Estimate = Schemas["JudgeEstimate"];

/** One bias or probe: how far from zero it lies, and what that means. */
export interface Effect {
  name: string;
  title: string;
  estimate: number | null;
  low: number | null;
  high: number | null;
  n: number;
  flagged: boolean;
  sentence: string;
  /** Of probes: what a sound judge does. */
  expected?: string;
}

export interface Swap {
  consistency: Estimate;
  first_twice: Estimate;
  second_twice: Estimate;
  ties: Estimate;
  /** The share of verdicts that name the first response shown. */
  first_slot: number | null;
  first_slot_bias: Estimate;
  knowledge: Estimate;
}

export interface CurvePoint {
  predicted: number;
  observed: number;
  low: number;
  high: number;
  n: number;
}

export interface Calibration {
  a: number;
  b: number;
  brier_before: number;
  brier: number;
  ece_before: number;
  ece: number;
  log_loss: number;
  curve: CurvePoint[];
}

/** What a check found out; the server writes it as it is here. */
export interface TrustResults {
  n: number;
  failed: number;
  gold_pairs: number;
  accuracy: Estimate;
  averaged_accuracy: Estimate;
  kappa: number | null;
  ac1: number | null;
  swap: Swap | null;
  calibration: Calibration | null;
  slices: { slice: string; value: string; n: number; accuracy: Estimate }[];
  biases: Effect[];
  probes: Effect[];
  profile: { property: string; title: string; people: Estimate; judge: Estimate; difference: Estimate }[];
  ppi: {
    what: string;
    estimate: Estimate;
    human_only: Estimate;
    labelled: number;
    judged_only: number;
    lambda: number;
  } | null;
  diagnosis: string[];
  rule: string;
  cost_per_1000: number | null;
  calls: number;
}

export const judgeQuery = (id: number) =>
  queryOptions({
    queryKey: ["judge", id],
    queryFn: ({ signal }) => api.get<JudgeDetail>(`/api/judges/${id}/`, { signal }),
  });

export const protocolsQuery = queryOptions({
  queryKey: ["judge-protocols"],
  queryFn: ({ signal }) => api.get<Page<JudgeProtocol>>("/api/judge-protocols/", { signal }),
  select: (page: Page<JudgeProtocol>) => page.results,
  staleTime: 300_000,
});

export const probesQuery = queryOptions({
  queryKey: ["judge-probes"],
  queryFn: ({ signal }) => api.get<Page<JudgeProbe>>("/api/judge-probes/", { signal }),
  select: (page: Page<JudgeProbe>) => page.results,
  staleTime: 300_000,
});

export const judgeModelsQuery = (project: number) =>
  queryOptions({
    queryKey: ["judge-models", project],
    queryFn: ({ signal }) => api.get<Page<JudgeModel>>(`/api/projects/${project}/judge-models/`, { signal }),
    select: (page: Page<JudgeModel>) => page.results,
  });

export const principlesQuery = (project: number) =>
  queryOptions({
    queryKey: ["principles", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Principle>>(`/api/projects/${project}/principles/`, { query: { limit: 200 }, signal }),
    select: (page: Page<Principle>) => page.results,
  });

export const datasetsQuery = (project: number) =>
  queryOptions({
    queryKey: ["datasets", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Dataset>>(`/api/projects/${project}/datasets/`, { query: { limit: 200 }, signal }),
    select: (page: Page<Dataset>) => page.results.filter((each) => each.latest_version !== null),
  });

export const readyVersionsQuery = (dataset: number) =>
  queryOptions({
    queryKey: ["dataset", dataset, "versions"],
    queryFn: ({ signal }) =>
      api.get<Page<DatasetVersion>>(`/api/datasets/${dataset}/versions/`, { query: { limit: 200 }, signal }),
    select: (page: Page<DatasetVersion>) =>
      page.results.filter((each) => each.state === "ready").sort((a, b) => b.number - a.number),
  });

export const trustQuery = (id: number) =>
  queryOptions({
    queryKey: ["judge-trust", id],
    queryFn: ({ signal }) => api.get<JudgeTrust>(`/api/judge-trusts/${id}/`, { signal }),
  });

export const renderingQuery = (judge: number, version: number, record: string) =>
  queryOptions({
    queryKey: ["judge-rendering", judge, version, record],
    queryFn: ({ signal }) =>
      api.post<Rendering>(
        `/api/judges/${judge}/rendering/`,
        { dataset_version: version, record_id: record },
        { signal },
      ),
    retry: false,
    staleTime: 60_000,
  });

export const createJudge = (project: number, body: JudgeFacts & { name: string }) =>
  api.post<JudgeDetail>(`/api/projects/${project}/judges/`, body, { idempotencyKey: newIdempotencyKey() });

/** A changed copy under the next version number. */
export const changeJudge = (id: number, body: JudgeFacts) =>
  api.post<JudgeDetail>(`/api/judges/${id}/versions/`, body, { idempotencyKey: newIdempotencyKey() });

export const archiveJudge = (id: number, archived: boolean) =>
  api.patch<JudgeDetail>(`/api/judges/${id}/`, { archived });

export interface RunBody {
  dataset_version: number;
  pairs: "labelled" | "all";
  gold_only: boolean;
  share: number;
  seed: number;
  cap_usd: string | null;
}

export const startRun = (judge: number, body: RunBody) =>
  api.post<Job>(`/api/judges/${judge}/runs/`, body, { idempotencyKey: newIdempotencyKey() });

export const capRun = (run: number, cap_usd: string | null) =>
  api.patch<JudgeRun>(`/api/judge-runs/${run}/`, { cap_usd });

export const bringHome = (run: number) =>
  api.post<Job>(`/api/judge-runs/${run}/labels/`, undefined, { idempotencyKey: newIdempotencyKey() });

export interface TrustBody {
  dataset_version: number;
  gold: ("adjudicated" | "human" | "imported")[];
  sample: number;
  probes: string[];
  seed: number;
  cap_usd: string | null;
}

export const startCheck = (judge: number, body: TrustBody) =>
  api.post<Job>(`/api/judges/${judge}/trust/`, body, { idempotencyKey: newIdempotencyKey() });

/** What changes when a check or a run of a judge has ended. */
export const touchedKeys = (judge: Pick<Judge, "id" | "project">) => [
  ["judge", judge.id],
  ["judges", judge.project],
  ["judge-trusts", judge.id],
  ["judge-runs", judge.id],
];
