import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api } from "./api/client";
import type { Me, Project, Verb } from "./api/types";
import { useProjectId } from "./use-params";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => api.get<Me>("/api/me/", { signal }),
  staleTime: 60_000,
});

export const projectQuery = (id: number) =>
  queryOptions({
    queryKey: ["project", id],
    queryFn: ({ signal }) => api.get<Project>(`/api/projects/${id}/`, { signal }),
    staleTime: 60_000,
  });

/** The person signed in. Loaded by the router before any page that calls this. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** The project in the address. Loaded by the router before any project page. */
export function useProject(): Project {
  return useSuspenseQuery(projectQuery(useProjectId())).data;
}

/** Whether the person may do `verb` in the project in the address. */
export function useCan(verb: Verb): boolean {
  return useProject().verbs.includes(verb);
}
