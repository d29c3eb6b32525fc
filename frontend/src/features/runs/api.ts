import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { BaseModel, DataExport, Job, Page, Run, RunConfig, RunMetrics } from "@/lib/api/types";

export const isRunning = (state: Run["state"]) => state === "queued" || state === "running";

export const runQuery = (id: number) =>
  queryOptions({
    queryKey: ["run", id],
    queryFn: ({ signal }) => api.get<Run>(`/api/runs/${id}/`, { signal }),
    refetchInterval: (query) => (query.state.data && isRunning(query.state.data.state) ? 1000 : false),
  });

export const getMetrics = (id: number, afterStep: number | null, signal?: AbortSignal) =>
  api.get<RunMetrics>(`/api/runs/${id}/metrics/`, { query: { after_step: afterStep }, signal });

export const logsQuery = (id: number, live: boolean) =>
  queryOptions({
    queryKey: ["run", id, "logs"],
    queryFn: ({ signal }) => api.get<{ text: string }>(`/api/runs/${id}/logs/`, { signal }),
    refetchInterval: live ? 2000 : false,
  });

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

export const baseModelsQuery = (project: number) =>
  queryOptions({
    queryKey: ["base-models", project],
    queryFn: ({ signal }) =>
      api.get<BaseModel[] | Page<BaseModel>>(`/api/projects/${project}/base-models/`, { signal }),
    select: (answer) => (Array.isArray(answer) ? answer : answer.results),
  });

export interface NewRun {
  export: number;
  kind: Run["kind"];
  name?: string;
  base_model: string;
  config: Partial<RunConfig>;
}

export const createRun = (project: number, body: NewRun) =>
  api.post<Job>(`/api/projects/${project}/runs/`, body, { idempotencyKey: newIdempotencyKey() });
