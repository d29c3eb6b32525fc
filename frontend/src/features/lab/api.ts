import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import type { Dataset, DatasetVersion, Job, Page, Recipe, RecipeStepKind, Signal } from "@/lib/api/types";

type Schemas = components["schemas"];
export type LabRun = Schemas["LabRun"];
export type LabResults = Schemas["LabResults"];
export type LabArm = Schemas["LabArm"];
export type LabComparison = Schemas["LabComparison"];
export type LabReview = Schemas["LabReview"];
export type LabFigure = Schemas["LabFigure"];

export const labRunQuery = (id: number) =>
  queryOptions({
    queryKey: ["lab-run", id],
    queryFn: ({ signal }) => api.get<LabRun>(`/api/lab-runs/${id}/`, { signal }),
  });

export interface LabRunBody {
  dataset_version: number;
  recipes: number[];
  name: string;
  features: LabRun["features"];
  gold: { source: "adjudicated" } | { fraction: number };
  seeds: number;
  review_budget: number;
}

export const startLabRun = (project: number, body: LabRunBody) =>
  api.post<Job>(`/api/projects/${project}/lab-runs/`, body, { idempotencyKey: newIdempotencyKey() });

export const datasetsQuery = (project: number) =>
  queryOptions({
    queryKey: ["datasets", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Dataset>>(`/api/projects/${project}/datasets/`, { query: { limit: 200 }, signal }),
  });

export const readyVersionsQuery = (dataset: number) =>
  queryOptions({
    queryKey: ["dataset", dataset, "versions"],
    queryFn: ({ signal }) =>
      api.get<Page<DatasetVersion>>(`/api/datasets/${dataset}/versions/`, { query: { limit: 200 }, signal }),
    select: (page: Page<DatasetVersion>) =>
      page.results.filter((each) => each.state === "ready").sort((a, b) => b.number - a.number),
  });

export const versionQuery = (id: number) =>
  queryOptions({
    queryKey: ["dataset-version", id, "self"],
    queryFn: ({ signal }) => api.get<DatasetVersion>(`/api/dataset-versions/${id}/`, { signal }),
    staleTime: 300_000,
  });

export const datasetQuery = (id: number) =>
  queryOptions({
    queryKey: ["dataset", id],
    queryFn: ({ signal }) => api.get<Dataset>(`/api/datasets/${id}/`, { signal }),
  });

export const recipesQuery = (project: number) =>
  queryOptions({
    queryKey: ["recipes", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Recipe>>(`/api/projects/${project}/recipes/`, { query: { limit: 200 }, signal }),
    // Somebody else may have made the second one a moment ago.
    staleTime: 0,
  });

export const stepKindsQuery = queryOptions({
  queryKey: ["recipe-steps"],
  queryFn: ({ signal }) => api.get<Page<RecipeStepKind>>("/api/recipe-steps/", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const signalsQuery = (version: number) =>
  queryOptions({
    queryKey: ["signals", version, "all"],
    queryFn: ({ signal }) => api.get<Page<Signal>>(`/api/dataset-versions/${version}/signals/`, { signal }),
  });
