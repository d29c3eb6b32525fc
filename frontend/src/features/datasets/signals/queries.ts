import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { Dataset, DatasetVersion, Job, Judge, ModelVersion, Page } from "@/lib/api/types";
import { versionsQuery } from "../queries";
import type { SignalKind } from "./types";

/** What can be computed; it changes only with the server's own version. */
export const kindsQuery = queryOptions({
  queryKey: ["signal-kinds"],
  queryFn: ({ signal }) => api.get<Page<SignalKind>>("/api/signal-kinds/", { signal }),
  select: (page: Page<SignalKind>) => page.results,
  staleTime: 300_000,
});

/** The project's registered models of one kind, or of all. */
export function useModels(projectId: number, kind: string | null, enabled = true) {
  return useQuery({
    queryKey: ["models", projectId, kind],
    queryFn: ({ signal }) =>
      api.get<Page<ModelVersion>>(`/api/projects/${projectId}/models/`, {
        query: { kind: kind ?? undefined, limit: 200 },
        signal,
      }),
    enabled,
    select: (page: Page<ModelVersion>) =>
      page.results.filter((model) => kind === null || model.kind === kind),
  });
}

/** The newest version of each of the project's judges. */
export function useJudges(projectId: number, enabled = true) {
  return useQuery({
    queryKey: ["judges", projectId, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Judge>>(`/api/projects/${projectId}/judges/`, { query: { limit: 200 }, signal }),
    enabled,
    select: (page: Page<Judge>) => page.results,
  });
}

export function useDatasets(projectId: number, enabled = true) {
  return useQuery({
    queryKey: ["datasets", projectId, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Dataset>>(`/api/projects/${projectId}/datasets/`, { query: { limit: 200 }, signal }),
    enabled,
    select: (page: Page<Dataset>) => page.results,
  });
}

/** Ready versions of a dataset, newest first. */
export function useReadyVersions(datasetId: number | null) {
  const query = useQuery({ ...versionsQuery(datasetId ?? 0), enabled: datasetId !== null });
  const ready = query.data?.filter((each) => each.state === "ready").sort((a, b) => b.number - a.number);
  return { isPending: query.isPending && datasetId !== null, versions: ready ?? [] };
}

export const versionQuery = (id: number) =>
  queryOptions({
    queryKey: ["dataset-version", id, "self"],
    queryFn: ({ signal }) => api.get<DatasetVersion>(`/api/dataset-versions/${id}/`, { signal }),
    staleTime: 300_000,
  });

/** Starts computing; the answer is the job, one that has ended where the same was computed before. */
export function useCompute(versionId: number, onStarted: (job: Job) => void) {
  return useMutation({
    mutationFn: (asked: { kind: string; params: Record<string, unknown> }) =>
      api.post<Job>(`/api/dataset-versions/${versionId}/signals/`, asked, {
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: onStarted,
  });
}
