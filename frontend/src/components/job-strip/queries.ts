import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import type { Job, JobState, Page } from "@/lib/api/types";

const POLL_MS = 700;

export function isActive(state: JobState): boolean {
  return state === "queued" || state === "running" || state === "paused";
}

export const jobQuery = (id: number) =>
  queryOptions({
    queryKey: ["job", id],
    queryFn: ({ signal }) => api.get<Job>(`/api/jobs/${id}/`, { signal }),
    refetchInterval: (query) => (query.state.data && !isActive(query.state.data.state) ? false : POLL_MS),
  });

/** A job that refreshes itself while it is active. `onEnd` is called once when it is seen to have ended. */
export function useJob(id: number | null | undefined, onEnd?: (job: Job) => void) {
  const query = useQuery({ ...jobQuery(id ?? 0), enabled: id !== null && id !== undefined });
  const client = useQueryClient();
  // Short jobs end before the first look, so an ended job counts even when it was never seen running.
  const reported = useRef<number | null>(null);
  const handler = useRef(onEnd);
  useEffect(() => {
    handler.current = onEnd;
  });
  const job = query.data;
  useEffect(() => {
    if (!job) return;
    if (isActive(job.state)) {
      reported.current = null;
    } else if (reported.current !== job.id) {
      reported.current = job.id;
      void client.invalidateQueries({ queryKey: ["jobs"] });
      handler.current?.(job);
    }
  }, [job, client]);
  return query;
}

/** The project's unfinished jobs, for the header. */
export function useActiveJobs(projectId: number, enabled: boolean) {
  return useQuery({
    queryKey: ["jobs", projectId, "active"],
    queryFn: ({ signal }) =>
      api.get<Page<Job>>(`/api/projects/${projectId}/jobs/`, { query: { state: "active" }, signal }),
    enabled,
    refetchInterval: (query) => (query.state.data?.results.length ? 2000 : 15_000),
  });
}

export type JobCommand = "cancel" | "pause" | "resume" | "retry-failed";

export function useJobCommand(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: JobCommand) => api.post<Job>(`/api/jobs/${id}/${command}/`),
    onSuccess: (job) => {
      client.setQueryData(["job", id], job);
      void client.invalidateQueries({ queryKey: ["jobs"] });
    },
    onError: (error) => toast.error(error),
  });
}
