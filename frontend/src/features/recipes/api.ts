import { queryOptions } from "@tanstack/react-query";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type {
  Dataset,
  DatasetVersion,
  Job,
  Page,
  Recipe,
  RecipePreview,
  RecipeStep,
  Signal,
} from "@/lib/api/types";

export const recipeQuery = (id: number) =>
  queryOptions({
    queryKey: ["recipe", id],
    queryFn: ({ signal }) => api.get<Recipe>(`/api/recipes/${id}/`, { signal }),
  });

export const datasetsQuery = (project: number) =>
  queryOptions({
    queryKey: ["datasets", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Dataset>>(`/api/projects/${project}/datasets/`, { query: { limit: 200 }, signal }),
  });

export const versionsQuery = (dataset: number) =>
  queryOptions({
    queryKey: ["versions", dataset, "all"],
    queryFn: ({ signal }) => api.get<Page<DatasetVersion>>(`/api/datasets/${dataset}/versions/`, { signal }),
  });

export const signalsQuery = (version: number) =>
  queryOptions({
    queryKey: ["signals", version, "all"],
    queryFn: ({ signal }) => api.get<Page<Signal>>(`/api/dataset-versions/${version}/signals/`, { signal }),
  });

export const createRecipe = (project: number, body: { name: string; steps: RecipeStep[] }) =>
  api.post<Recipe>(`/api/projects/${project}/recipes/`, body, { idempotencyKey: newIdempotencyKey() });

export const updateRecipe = (id: number, body: Partial<Pick<Recipe, "name" | "steps">>) =>
  api.patch<Recipe>(`/api/recipes/${id}/`, body);

export const previewRecipe = (version: number, steps: RecipeStep[], signal: AbortSignal) =>
  api.post<RecipePreview>("/api/recipes/preview/", { dataset_version: version, steps }, { signal });

export interface FreezeRequest {
  dataset_version: number;
  name: string;
  test_fraction: number;
  seed: number;
}

export const freezeSnapshot = (recipe: number, body: FreezeRequest) =>
  api.post<Job>(`/api/recipes/${recipe}/snapshots/`, body, { idempotencyKey: newIdempotencyKey() });
