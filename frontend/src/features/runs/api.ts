import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import type {
  BaseModel,
  DataExport,
  DatasetVersion,
  Job,
  Page,
  Run,
  RunMetrics,
  Snapshot,
} from "@/lib/api/types";

type Schemas = components["schemas"];

export type TrainingMethod = Schemas["TrainingMethod"];
export type TrainingLoss = Schemas["TrainingLoss"];
export type Launcher = Schemas["Launcher"];
export type RunSamplesAt = Schemas["RunSamplesAt"];
export type RunFile = Schemas["RunFile"];
export type ModelUse = Schemas["ModelUse"];
export type Evaluation = Schemas["Evaluation"];
export type NewRun = Partial<Schemas["RunInputRequest"]> &
  Pick<Schemas["RunInputRequest"], "kind" | "base_model">;
export type RunChanges = Schemas["RunCloneRequest"];

export const isRunning = (state: Run["state"]) => state === "queued" || state === "running";

export const runQuery = (id: number) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: ({ signal }) => api.get<Run>(`/api/runs/${id}/`, { signal }),
    refetchInterval: (query) => (query.state.data && isRunning(query.state.data.state) ? 1000 : false),
  });

export const runsQuery = (project: number) =>
  queryOptions({
    queryKey: ["runs", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Run>>(`/api/projects/${project}/runs/`, { query: { limit: 200 }, signal }),
  });

export const getMetrics = (id: number, afterStep: number | null, signal?: AbortSignal) =>
  api.get<RunMetrics>(`/api/runs/${id}/metrics/`, { query: { after_step: afterStep }, signal });

export const logsQuery = (id: number, live: boolean) =>
  queryOptions({
    queryKey: ["run", id, "logs"],
    queryFn: ({ signal }) => api.get<{ text: string }>(`/api/runs/${id}/logs/`, { signal }),
    refetchInterval: live ? 2000 : false,
  });

export const samplesQuery = (id: number, live: boolean) =>
  queryOptions({
    queryKey: ["run", id, "samples"],
    queryFn: ({ signal }) => api.get<{ results: RunSamplesAt[] }>(`/api/runs/${id}/samples/`, { signal }),
    refetchInterval: live ? 5000 : false,
  });

export const filesQuery = (id: number, live: boolean) =>
  queryOptions({
    queryKey: ["run", id, "files"],
    queryFn: ({ signal }) => api.get<RunFile[]>(`/api/runs/${id}/files/`, { signal }),
    refetchInterval: live ? 5000 : false,
  });

export const configTextQuery = (id: number) =>
  queryOptions({
    queryKey: ["run", id, "config"],
    queryFn: ({ signal }) => api.get<Schemas["RunConfigText"]>(`/api/runs/${id}/config/`, { signal }),
  });

export const fileUrl = (id: number, name: string) =>
  `/api/runs/${id}/files/${name.split("/").map(encodeURIComponent).join("/")}/`;
export const folderUrl = (id: number) => `/api/runs/${id}/folder/`;

export const exportQuery = (id: number) =>
  queryOptions({
    queryKey: ["export", id],
    queryFn: ({ signal }) => api.get<DataExport>(`/api/exports/${id}/`, { signal }),
  });

export const exportsQuery = (project: number) =>
  queryOptions({
    queryKey: ["exports", project],
    queryFn: ({ signal }) =>
      api.get<Page<DataExport>>(`/api/projects/${project}/exports/`, { query: { limit: 200 }, signal }),
  });

export const snapshotsQuery = (project: number) =>
  queryOptions({
    queryKey: ["snapshots", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Snapshot>>(`/api/projects/${project}/snapshots/`, { query: { limit: 200 }, signal }),
  });

export const snapshotQuery = (id: number) =>
  queryOptions({
    queryKey: ["snapshot", id],
    queryFn: ({ signal }) => api.get<Snapshot>(`/api/snapshots/${id}/`, { signal }),
  });

export const versionQuery = (id: number) =>
  queryOptions({
    queryKey: ["dataset-version", id],
    queryFn: ({ signal }) => api.get<DatasetVersion>(`/api/dataset-versions/${id}/`, { signal }),
  });

export const modelUsesQuery = (model: number) =>
  queryOptions({
    queryKey: ["model", model, "uses"],
    queryFn: ({ signal }) => api.get<ModelUse[]>(`/api/models/${model}/uses/`, { signal }),
  });

const isGoing = (each: Evaluation) => each.state === "queued" || each.state === "running";

export const evaluationsQuery = (model: number) =>
  queryOptions({
    queryKey: ["model", model, "evaluations"],
    queryFn: ({ signal }) =>
      api.get<Page<Evaluation>>(`/api/models/${model}/evaluations/`, { query: { limit: 100 }, signal }),
    refetchInterval: (query) => (query.state.data?.results.some(isGoing) ? 3000 : false),
  });

export const baseModelsQuery = (project: number) =>
  queryOptions({
    queryKey: ["base-models", project],
    queryFn: ({ signal }) =>
      api.get<BaseModel[] | Page<BaseModel>>(`/api/projects/${project}/base-models/`, { signal }),
    select: (answer) => (Array.isArray(answer) ? answer : answer.results),
  });

export const methodsQuery = queryOptions({
  queryKey: ["training-methods"],
  queryFn: ({ signal }) => api.get<TrainingMethod[]>("/api/training-methods/", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const launchersQuery = (project: number) =>
  queryOptions({
    queryKey: ["launchers", project],
    queryFn: ({ signal }) => api.get<Launcher[]>(`/api/projects/${project}/launchers/`, { signal }),
  });

export const createRun = (project: number, body: NewRun) =>
  api.post<Job>(`/api/projects/${project}/runs/`, body, { idempotencyKey: newIdempotencyKey() });

export const cloneRun = (run: number, changes: RunChanges) =>
  api.post<Job>(`/api/runs/${run}/clone/`, changes, { idempotencyKey: newIdempotencyKey() });

export const cancelRun = (run: number) => api.post<Run>(`/api/runs/${run}/cancel/`);
export const resumeRun = (run: number) => api.post<Run>(`/api/runs/${run}/resume/`);

export const newReportToken = (run: number) => api.post<Schemas["RunToken"]>(`/api/runs/${run}/token/`);
