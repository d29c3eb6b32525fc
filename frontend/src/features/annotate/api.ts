import { api } from "@/lib/api/client";
import type { Answers, FeedbackDetail, FeedbackReceipt, MyCampaign, NextItem, Page } from "@/lib/api/types";

export const listMyCampaigns = (signal?: AbortSignal) =>
  api.get<Page<MyCampaign>>("/api/my/campaigns/", { signal });

/** The next item for me, other than those whose leases I hold already; undefined when nothing is left. */
export const leaseNext = (campaign: number, exclude: number[]) =>
  api.post<NextItem | undefined>(`/api/campaigns/${campaign}/next/`, { exclude });

export interface Submission {
  answers: Answers;
  duration_ms: number;
  active_ms: number;
}

export const submitLease = (lease: number, body: Submission, idempotencyKey: string) =>
  api.post<FeedbackReceipt>(`/api/leases/${lease}/submit/`, body, { idempotencyKey });

export const reviseFeedback = (feedback: number, body: Submission, idempotencyKey: string) =>
  api.post<FeedbackReceipt>(`/api/feedback/${feedback}/revise/`, body, { idempotencyKey });

export const skipLease = (lease: number, reason: string) =>
  api.post(`/api/leases/${lease}/skip/`, { reason });

export const heartbeatLease = (lease: number) =>
  api.post<{ expires_at: string }>(`/api/leases/${lease}/heartbeat/`);

/** Outlives the page, so that what was fetched ahead goes back to the queue at once. */
export const releaseLease = (lease: number) =>
  api.post(`/api/leases/${lease}/release/`, {}, { keepalive: true });

export const getFeedback = (feedback: number) => api.get<FeedbackDetail>(`/api/feedback/${feedback}/`);

export const listMyFeedback = (campaign: number, limit: number) =>
  api.get<Page<{ id: number }>>(`/api/campaigns/${campaign}/my-feedback/`, { query: { limit } });
