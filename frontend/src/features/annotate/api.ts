import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import type { Answers, FeedbackDetail, FeedbackReceipt, MyCampaign, NextItem, Page } from "@/lib/api/types";
import type { Reading } from "./reading";

export type Comment = components["schemas"]["Comment"];
export type Mentionable = components["schemas"]["Mentionable"];

/** My campaigns; "today" begins at this browser's midnight. */
export const listMyCampaigns = (signal?: AbortSignal) => {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  return api.get<{ results: MyCampaign[] }>("/api/my/campaigns/", {
    query: { since: midnight.toISOString() },
    signal,
  });
};

/** The next item for me, other than those whose leases I hold already; undefined when nothing is left. */
export const leaseNext = (campaign: number, exclude: number[]) =>
  api.post<NextItem | undefined>(`/api/campaigns/${campaign}/next/`, { exclude });

export interface Submission {
  answers: Answers;
  /** The form version that was on screen; the server refuses answers to another. */
  form_version: number;
  duration_ms: number;
  active_ms: number;
  reading?: Reading;
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

/** The lease goes on: a flagged item can still be answered. */
export const flagItem = (lease: number, body: { reason: string; note: string }) =>
  api.post(`/api/leases/${lease}/flag/`, body);

/** Ids of the campaign's principles that are about the item of a lease. */
export const listApplying = (lease: number, signal?: AbortSignal) =>
  api.get<components["schemas"]["LeasePrinciples"]>(`/api/leases/${lease}/principles/`, { signal });

export const listComments = (lease: number, signal?: AbortSignal) =>
  api.get<Page<Comment>>(`/api/leases/${lease}/comments/`, { query: { limit: 100 }, signal });

export const addComment = (lease: number, text: string, idempotencyKey: string) =>
  api.post<Comment>(`/api/leases/${lease}/comments/`, { text }, { idempotencyKey });

export const listMentionable = (lease: number, signal?: AbortSignal) =>
  api.get<{ results: Mentionable[] }>(`/api/leases/${lease}/mentionable/`, { signal });
