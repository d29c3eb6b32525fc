import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type {
  Campaign,
  CampaignAnnotator,
  CampaignQuality,
  Dataset,
  DatasetVersion,
  FormCheck,
  FormVersionDetail,
  Job,
  Judge,
  Page,
  PrincipleText,
  Question,
} from "@/lib/api/types";

export const campaignQuery = (id: number) =>
  queryOptions({
    queryKey: ["campaign", id],
    queryFn: ({ signal }) => api.get<Campaign>(`/api/campaigns/${id}/`, { signal }),
  });

export const annotatorsQuery = (id: number) =>
  queryOptions({
    queryKey: ["campaign", id, "annotators"],
    queryFn: ({ signal }) => api.get<Page<CampaignAnnotator>>(`/api/campaigns/${id}/annotators/`, { signal }),
  });

export const qualityQuery = (id: number) =>
  queryOptions({
    queryKey: ["campaign", id, "quality"],
    queryFn: ({ signal }) => api.get<CampaignQuality>(`/api/campaigns/${id}/quality/`, { signal }),
  });

export const datasetsQuery = (project: number) =>
  queryOptions({
    queryKey: ["datasets", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Dataset>>(`/api/projects/${project}/datasets/`, { query: { limit: 100 }, signal }),
  });

export const versionQuery = (id: number) =>
  queryOptions({
    queryKey: ["dataset-version", id],
    queryFn: ({ signal }) => api.get<DatasetVersion>(`/api/dataset-versions/${id}/`, { signal }),
  });

export const versionsQuery = (dataset: number) =>
  queryOptions({
    queryKey: ["versions", dataset, "all"],
    queryFn: ({ signal }) => api.get<Page<DatasetVersion>>(`/api/datasets/${dataset}/versions/`, { signal }),
  });

export interface CampaignPrinciples {
  principles: PrincipleText[];
}

export const principlesQuery = (id: number) =>
  queryOptions({
    queryKey: ["campaign", id, "principles"],
    queryFn: ({ signal }) => api.get<CampaignPrinciples>(`/api/campaigns/${id}/principles/`, { signal }),
  });

export const setPrinciples = (id: number, principles: number[]) =>
  api.put<CampaignPrinciples>(`/api/campaigns/${id}/principles/`, { principles });

/** The project's judges, to choose whose drafts are offered. */
export const judgesQuery = (project: number) =>
  queryOptions({
    queryKey: ["judges", project, "drafting"],
    queryFn: ({ signal }) =>
      api.get<Page<Judge>>(`/api/projects/${project}/judges/`, { query: { limit: 100 }, signal }),
  });

export interface NewCampaign {
  name: string;
  questions: Question[];
  guidelines: string;
  overlap: number;
  lease_seconds: number;
  identity_leaks: Campaign["identity_leaks"];
}

export const createCampaign = (project: number, body: NewCampaign) =>
  api.post<Campaign>(`/api/projects/${project}/campaigns/`, body, { idempotencyKey: newIdempotencyKey() });

export const updateCampaign = (
  id: number,
  body: Partial<
    Pick<
      Campaign,
      "name" | "guidelines" | "guidelines_examples" | "identity_leaks" | "state" | "overlap" | "drafts"
    >
  >,
) => api.patch<Campaign>(`/api/campaigns/${id}/`, body);

export interface QueueRequest {
  dataset_version: number;
  order: "original" | "shuffle";
  /** Of rows, not of items. */
  limit?: number;
  filter?: unknown;
  /** Every row is queued once under each. */
  contexts?: string[];
}

export const queueItems = (id: number, body: QueueRequest) =>
  api.post<Job>(`/api/campaigns/${id}/queue/`, body, { idempotencyKey: newIdempotencyKey() });

export const foldVotes = (id: number) =>
  api.post<Job>(`/api/campaigns/${id}/labels/`, {}, { idempotencyKey: newIdempotencyKey() });

export interface FormChange {
  questions: Question[];
  /** Names whose answers count on; null for all that can. */
  carry_over: string[] | null;
  reopen: boolean;
  note: string;
}

export const checkForm = (id: number, questions: readonly Question[]) =>
  api.post<FormCheck>(`/api/campaigns/${id}/form/check/`, { questions });

export const changeForm = (id: number, body: FormChange) =>
  api.post<{ form: FormVersionDetail; reopened: number }>(`/api/campaigns/${id}/form/`, body, {
    idempotencyKey: newIdempotencyKey(),
  });

export const addAnnotators = (id: number, emails: string[]) =>
  api.post<Page<CampaignAnnotator>>(`/api/campaigns/${id}/annotators/`, { emails });

export const removeAnnotator = (id: number, user: number) =>
  api.delete(`/api/campaigns/${id}/annotators/${user}/`);
