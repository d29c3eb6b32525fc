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
  RecipeStepKind,
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

/** Types of steps with titles, descriptions and schemas; they change only with the server. */
export const stepKindsQuery = queryOptions({
  queryKey: ["recipe-steps"],
  queryFn: ({ signal }) => api.get<Page<RecipeStepKind>>("/api/recipe-steps/", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const recipesQuery = (project: number) =>
  queryOptions({
    queryKey: ["recipes", project, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Recipe>>(`/api/projects/${project}/recipes/`, { query: { limit: 200 }, signal }),
  });

export const createRecipe = (project: number, body: { name: string; steps: RecipeStep[] }) =>
  api.post<Recipe>(`/api/projects/${project}/recipes/`, body, { idempotencyKey: newIdempotencyKey() });

export const updateRecipe = (id: number, body: Partial<Pick<Recipe, "name" | "steps">>) =>
  api.patch<Recipe>(`/api/recipes/${id}/`, body);

/** A sentence where the literature warns; `index` is the place of the step among those sent. */
export interface StepWarning {
  index: number | null;
  message: string;
}

/** What a recipe would do, with the steps that were asked about. */
export type Preview = RecipePreview & { warnings?: StepWarning[]; sent: RecipeStep[] };

export const previewRecipe = async (
  version: number,
  steps: RecipeStep[],
  signal: AbortSignal,
): Promise<Preview> => ({
  ...(await api.post<RecipePreview>(
    "/api/recipes/preview/",
    { dataset_version: version, steps },
    { signal },
  )),
  sent: steps,
});

/** The same steps with a version's own signals, and the names of those it does not have. */
export const rebindQuery = (version: number, steps: RecipeStep[]) =>
  queryOptions({
    queryKey: ["recipe-rebind", version, steps],
    queryFn: ({ signal }) =>
      api.post<{ steps: RecipeStep[]; missing: string[] }>(
        "/api/recipes/rebind/",
        { dataset_version: version, steps },
        { signal },
      ),
    retry: false,
  });

/** The server puts a label policy first where none was sent; this is how far its places lie behind those sent. */
export const addedSteps = (sent: RecipeStep[]): number => (sent[0]?.type === "labels" ? 0 : 1);

export interface FreezeRequest {
  dataset_version: number;
  name: string;
  test_fraction: number;
  seed: number;
}

export const freezeSnapshot = (recipe: number, body: FreezeRequest) =>
  api.post<Job>(`/api/recipes/${recipe}/snapshots/`, body, { idempotencyKey: newIdempotencyKey() });
