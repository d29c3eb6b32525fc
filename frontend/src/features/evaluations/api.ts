import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import type { Page } from "@/lib/api/types";

type Schemas = components["schemas"];

export type Evaluation = Schemas["Evaluation"];
export type EvaluationSet = Schemas["EvaluationSet"];
export type EvaluationRow = Schemas["EvaluationRow"];
export type EvaluationItem = Schemas["EvaluationItem"];
export type Comparison = Schemas["EvaluationComparison"];
export type Difference = Comparison["overall"];
export type WinRates = Schemas["WinRates"];
export type WinRate = Schemas["WinRate"];

const isGoing = ({ state }: Pick<Evaluation, "state">) => state === "queued" || state === "running";

export const evaluationQuery = (id: number) =>
  queryOptions({
    queryKey: ["evaluation", id],
    queryFn: ({ signal }) => api.get<Evaluation>(`/api/evaluations/${id}/`, { signal }),
    refetchInterval: (query) => (query.state.data && isGoing(query.state.data) ? 2000 : false),
  });

/** Other evaluations of the same kind on the same set, the newest first. */
export const siblingsQuery = (project: number, evaluation: Evaluation) =>
  queryOptions({
    queryKey: ["evaluations", project, evaluation.evaluation_set.id, evaluation.kind],
    queryFn: ({ signal }) =>
      api.get<Page<Evaluation>>(`/api/projects/${project}/evaluations/`, {
        query: { set: evaluation.evaluation_set.id, kind: evaluation.kind, limit: 100 },
        signal,
      }),
    select: ({ results }) =>
      results.filter((each) => each.id !== evaluation.id && each.state === "succeeded"),
  });

export const comparisonQuery = (project: number, a: number, b: number) =>
  queryOptions({
    queryKey: ["evaluations", project, "compare", a, b],
    queryFn: ({ signal }) =>
      api.get<Comparison>(`/api/projects/${project}/evaluations/compare/`, { query: { a, b }, signal }),
  });

export const winRatesQuery = (id: number) =>
  queryOptions({
    queryKey: ["evaluation", id, "win-rates"],
    queryFn: ({ signal }) => api.get<WinRates>(`/api/evaluations/${id}/win-rates/`, { signal }),
    // Votes come in as people give them.
    refetchInterval: 10_000,
  });

export const setQuery = (id: number) =>
  queryOptions({
    queryKey: ["evaluation-set", id],
    queryFn: ({ signal }) => api.get<EvaluationSet>(`/api/evaluation-sets/${id}/`, { signal }),
  });
