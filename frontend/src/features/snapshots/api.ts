import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type {
  Campaign,
  CampaignQuality,
  DataExport,
  DatasetVersion,
  Job,
  Page,
  PairLineage,
  Signal,
  Snapshot,
  SnapshotDiff,
} from "@/lib/api/types";

export const snapshotQuery = (id: number) =>
  queryOptions({
    queryKey: ["snapshot", id],
    queryFn: ({ signal }) => api.get<Snapshot>(`/api/snapshots/${id}/`, { signal }),
  });

export const snapshotsQuery = (project: number) =>
  queryOptions({
    queryKey: ["snapshots", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Snapshot>>(`/api/projects/${project}/snapshots/`, { query: { limit: 200 }, signal }),
  });

export const cardQuery = (id: number) =>
  queryOptions({
    queryKey: ["snapshot", id, "card"],
    queryFn: ({ signal }) => api.get<string>(`/api/snapshots/${id}/card/`, { signal }),
  });

/** A snapshot never changes, and so neither does why a pair is in it. */
export const lineageQuery = (snapshot: number, pair: string) =>
  queryOptions({
    queryKey: ["snapshot", snapshot, "pair", pair],
    queryFn: ({ signal }) => api.get<PairLineage>(`/api/snapshots/${snapshot}/pairs/${pair}/`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What is new in `snapshot` when one comes from `against`. */
export const diffQuery = (snapshot: number, against: number) =>
  queryOptions({
    queryKey: ["snapshot", snapshot, "diff", against],
    queryFn: ({ signal }) =>
      api.get<SnapshotDiff>(`/api/snapshots/${snapshot}/diff/`, { query: { against }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const versionQuery = (id: number) =>
  queryOptions({
    queryKey: ["dataset-version", id],
    queryFn: ({ signal }) => api.get<DatasetVersion>(`/api/dataset-versions/${id}/`, { signal }),
  });

export const signalsQuery = (version: number) =>
  queryOptions({
    queryKey: ["signals", version, "all"],
    queryFn: ({ signal }) => api.get<Page<Signal>>(`/api/dataset-versions/${version}/signals/`, { signal }),
  });

/** Saying it again changes only the note. */
export const approve = (snapshot: number, note: string) =>
  api.post<Snapshot>(`/api/snapshots/${snapshot}/approval/`, { note });

export const withdrawApproval = (snapshot: number) => api.delete(`/api/snapshots/${snapshot}/approval/`);

export const campaignsQuery = (project: number) =>
  queryOptions({
    queryKey: ["campaigns", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Campaign>>(`/api/projects/${project}/campaigns/`, { query: { limit: 200 }, signal }),
  });

/** How long people take for an answer there. */
export const paceQuery = (campaign: number) =>
  queryOptions({
    queryKey: ["campaign", campaign, "quality"],
    queryFn: ({ signal }) => api.get<CampaignQuality>(`/api/campaigns/${campaign}/quality/`, { signal }),
  });

export const sendToReview = (snapshot: number, body: { campaign: number; limit: number | null }) =>
  api.post<Job>(`/api/snapshots/${snapshot}/review/`, body, { idempotencyKey: newIdempotencyKey() });

export const exportsQuery = (snapshot: number) =>
  queryOptions({
    queryKey: ["snapshot", snapshot, "exports"],
    queryFn: ({ signal }) => api.get<Page<DataExport>>(`/api/snapshots/${snapshot}/exports/`, { signal }),
  });

export const createExport = (snapshot: number, format: DataExport["format"]) =>
  api.post<Job>(`/api/snapshots/${snapshot}/exports/`, { format }, { idempotencyKey: newIdempotencyKey() });

export const downloadUrl = (dataExport: number, file: string) =>
  `/api/exports/${dataExport}/download/?file=${encodeURIComponent(file)}`;
