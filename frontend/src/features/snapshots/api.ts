import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { DataExport, Job, Page, Snapshot } from "@/lib/api/types";

export const snapshotQuery = (id: number) =>
  queryOptions({
    queryKey: ["snapshot", id],
    queryFn: ({ signal }) => api.get<Snapshot>(`/api/snapshots/${id}/`, { signal }),
  });

export const cardQuery = (id: number) =>
  queryOptions({
    queryKey: ["snapshot", id, "card"],
    queryFn: ({ signal }) => api.get<string>(`/api/snapshots/${id}/card/`, { signal }),
  });

export const exportsQuery = (snapshot: number) =>
  queryOptions({
    queryKey: ["snapshot", snapshot, "exports"],
    queryFn: ({ signal }) => api.get<Page<DataExport>>(`/api/snapshots/${snapshot}/exports/`, { signal }),
  });

export const createExport = (snapshot: number, format: DataExport["format"]) =>
  api.post<Job>(`/api/snapshots/${snapshot}/exports/`, { format }, { idempotencyKey: newIdempotencyKey() });

export const downloadUrl = (dataExport: number, file: string) =>
  `/api/exports/${dataExport}/download/?file=${encodeURIComponent(file)}`;
