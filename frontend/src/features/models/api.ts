import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import type { Campaign, Job, ModelVersion, Page, Snapshot } from "@/lib/api/types";

type Schemas = components["schemas"];

export type ModelDetail = Schemas["ModelVersionDetail"];
export type ModelUse = Schemas["ModelUse"];
export type Evaluation = Schemas["Evaluation"];
export type EvaluationKind = Schemas["EvaluationKindInfo"];
export type EvaluationSet = Schemas["EvaluationSet"];
export type NewEvaluation = Schemas["EvaluationInputRequest"];
export type Stage = ModelDetail["stage"];
export type Judge = Schemas["Judge"];

export const STAGES: Record<Stage, string> = {
  candidate: "Candidate",
  staging: "Staging",
  production: "Production",
  archived: "Archived",
};

export const ORIGINS: Record<ModelDetail["origin"], string> = {
  run: "Trained here",
  import: "Imported folder",
  hub: "Hugging Face Hub",
};

export const modelQuery = (id: number) =>
  queryOptions({
    queryKey: ["model", id],
    queryFn: ({ signal }) => api.get<ModelDetail>(`/api/models/${id}/`, { signal }),
  });

export const cardQuery = (id: number) =>
  queryOptions({
    queryKey: ["model", id, "card"],
    queryFn: ({ signal }) => api.get<{ markdown: string }>(`/api/models/${id}/card/`, { signal }),
  });

export const usesQuery = (id: number) =>
  queryOptions({
    queryKey: ["model", id, "uses"],
    queryFn: ({ signal }) => api.get<ModelUse[]>(`/api/models/${id}/uses/`, { signal }),
  });

const isGoing = ({ state }: Evaluation) => state === "queued" || state === "running";

export const evaluationsQuery = (id: number) =>
  queryOptions({
    queryKey: ["model", id, "evaluations"],
    queryFn: ({ signal }) =>
      api.get<Page<Evaluation>>(`/api/models/${id}/evaluations/`, { query: { limit: 100 }, signal }),
    refetchInterval: (query) => (query.state.data?.results.some(isGoing) ? 3000 : false),
  });

export const kindsQuery = queryOptions({
  queryKey: ["evaluation-kinds"],
  queryFn: ({ signal }) => api.get<EvaluationKind[]>("/api/evaluation-kinds/", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** One page of up to 200 rows of a project, which is what a menu can hold. */
const allOf = <T>(project: number, what: string) =>
  queryOptions({
    queryKey: [what, project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<T>>(`/api/projects/${project}/${what}/`, { query: { limit: 200 }, signal }),
  });

export const setsQuery = (project: number) => allOf<EvaluationSet>(project, "evaluation-sets");
export const snapshotsQuery = (project: number) => allOf<Snapshot>(project, "snapshots");
export const modelsQuery = (project: number) => allOf<ModelVersion>(project, "models");
export const judgesQuery = (project: number) => allOf<Judge>(project, "judges");
export const campaignsQuery = (project: number) => allOf<Campaign>(project, "campaigns");

export const startEvaluation = (model: number, body: NewEvaluation) =>
  api.post<Job>(`/api/models/${model}/evaluations/`, body, { idempotencyKey: newIdempotencyKey() });

export const setStage = (model: number, stage: Stage) =>
  api.patch<ModelDetail>(`/api/models/${model}/`, { stage });
