import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Dataset, DatasetRow, DatasetVersion, Page, Predicate, Signal } from "@/lib/api/types";

/** Keys start with the dataset or version, so that one invalidation refreshes everything below it. */
export const keys = {
  dataset: (id: number) => ["dataset", id] as const,
  versions: (id: number) => ["dataset", id, "versions"] as const,
  imports: (id: number) => ["dataset", id, "imports"] as const,
  signals: (version: number) => ["dataset-version", version, "signals"] as const,
};

export const datasetQuery = (id: number) =>
  queryOptions({
    queryKey: keys.dataset(id),
    queryFn: ({ signal }) => api.get<Dataset>(`/api/datasets/${id}/`, { signal }),
  });

export const versionsQuery = (id: number) =>
  queryOptions({
    queryKey: keys.versions(id),
    queryFn: ({ signal }) =>
      api.get<Page<DatasetVersion>>(`/api/datasets/${id}/versions/`, { query: { limit: 200 }, signal }),
    select: (page: Page<DatasetVersion>) => page.results,
  });

/** One page of rows of an immutable version: once read, it never changes. */
export const rowsQuery = (
  version: number,
  predicate: Predicate | null,
  cursor: string | undefined,
  limit: number,
) =>
  queryOptions({
    queryKey: ["dataset-version", version, "rows", predicate, cursor, limit],
    queryFn: ({ signal }) =>
      api.get<Page<DatasetRow>>(`/api/dataset-versions/${version}/rows/`, {
        query: { cursor, limit, filter: predicate ? JSON.stringify(predicate) : undefined },
        signal,
      }),
  });

export const rowQuery = (version: number, recordId: string) =>
  queryOptions({
    queryKey: ["dataset-version", version, "row", recordId],
    queryFn: ({ signal }) =>
      api.get<DatasetRow>(`/api/dataset-versions/${version}/rows/${encodeURIComponent(recordId)}/`, {
        signal,
      }),
  });

export function useSignals(version: number | undefined) {
  return useQuery({
    queryKey: keys.signals(version ?? 0),
    queryFn: ({ signal }) =>
      api.get<Page<Signal>>(`/api/dataset-versions/${version}/signals/`, { query: { limit: 200 }, signal }),
    enabled: version !== undefined,
    select: (page: Page<Signal>) => page.results,
  });
}
