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
  SnapshotRefresh,
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

export const createExport = (
  snapshot: number,
  format: DataExport["format"],
  options: Record<string, unknown>,
) =>
  api.post<Job>(
    `/api/snapshots/${snapshot}/exports/`,
    { format, ...(Object.keys(options).length > 0 && { options }) },
    { idempotencyKey: newIdempotencyKey() },
  );

export const pushesQuery = (dataExport: number) =>
  queryOptions({
    queryKey: ["export", dataExport, "pushes"],
    queryFn: ({ signal }) => api.get<Page<Job>>(`/api/exports/${dataExport}/push/`, { signal }),
  });

export const pushExport = (dataExport: number, body: { repo: string; private: boolean }) =>
  api.post<Job>(`/api/exports/${dataExport}/push/`, body, { idempotencyKey: newIdempotencyKey() });

export const downloadUrl = (dataExport: number, file: string) =>
  `/api/exports/${dataExport}/download/?file=${encodeURIComponent(file)}`;

export const refreshesKey = (project: number) => ["snapshot-refreshes", project] as const;

/** Looks again while a round is under way, and now and then for those whose time comes. */
export const refreshesQuery = (project: number) =>
  queryOptions({
    queryKey: refreshesKey(project),
    queryFn: ({ signal }) =>
      api.get<Page<SnapshotRefresh>>(`/api/projects/${project}/snapshot-refreshes/`, {
        query: { limit: 200 },
        signal,
      }),
    refetchInterval: (query) => {
      const rows = query.state.data?.results ?? [];
      if (rows.length === 0) return false;
      return rows.some((each) => each.is_active && Date.parse(each.next_at) <= Date.now()) ||
        rows.some((each) => ["folding", "scoring", "freezing"].includes(each.state))
        ? 3_000
        : 60_000;
    },
  });

export interface RefreshRequest {
  recipe: number;
  dataset: number;
  campaign: number | null;
  every_hours: number;
  test_fraction: number;
  seed: number;
}

export const createRefresh = (project: number, body: RefreshRequest) =>
  api.post<SnapshotRefresh>(`/api/projects/${project}/snapshot-refreshes/`, body, {
    idempotencyKey: newIdempotencyKey(),
  });

export const changeRefresh = (
  id: number,
  body: Partial<Pick<SnapshotRefresh, "is_active" | "every_hours">>,
) => api.patch<SnapshotRefresh>(`/api/snapshot-refreshes/${id}/`, body);

export const runRefresh = (id: number) => api.post<SnapshotRefresh>(`/api/snapshot-refreshes/${id}/run/`, {});

export const deleteRefresh = (id: number) => api.delete(`/api/snapshot-refreshes/${id}/`);
