import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { Principle, PrincipleConditions, PrincipleDetail } from "@/lib/api/types";

export const principleQuery = (id: number) =>
  queryOptions({
    queryKey: ["principle", id],
    queryFn: ({ signal }) => api.get<PrincipleDetail>(`/api/principles/${id}/`, { signal }),
  });

export interface PrincipleBody {
  title: string;
  text: string;
  applies_to: PrincipleConditions;
}

export const createPrinciple = (project: number, body: PrincipleBody & { kind: Principle["kind"] }) =>
  api.post<PrincipleDetail>(`/api/projects/${project}/principles/`, body, {
    idempotencyKey: newIdempotencyKey(),
  });

/** Refused when somebody else made a version after `based_on`. */
export const changePrinciple = (id: number, body: PrincipleBody & { based_on: number }) =>
  api.post<PrincipleDetail>(`/api/principles/${id}/versions/`, body, { idempotencyKey: newIdempotencyKey() });

export const archivePrinciple = (id: number, archived: boolean) =>
  api.patch<PrincipleDetail>(`/api/principles/${id}/`, { archived });
