import { type QueryClient, queryOptions, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { getMetrics } from "./api";
import { lastStep, type MetricRow, mergeMetrics } from "./metrics";

/** Live curves are asked for this often, so that a number is on the page within two seconds of being logged. */
const LIVE_MS = 800;
/** The server answers with at most so many points at once. */
const PAGE = 5000;

const key = (run: number) => ["run", run, "metrics"];

function metricsQuery(client: QueryClient, run: number, live: boolean) {
  return queryOptions({
    queryKey: key(run),
    queryFn: async ({ signal }) => {
      let rows = client.getQueryData<MetricRow[]>(key(run)) ?? [];
      for (;;) {
        const after = lastStep(rows);
        // The last step is asked for again: its evaluation comes after its loss.
        const answer = await getMetrics(run, after === null ? null : after - 1, signal);
        rows = mergeMetrics(rows, answer.results);
        if (answer.results.length < PAGE) return rows;
      }
    },
    refetchInterval: live ? LIVE_MS : false,
    // Rows are merged above; comparing every number once more would only cost time.
    structuralSharing: false,
  });
}

/** All metrics of a run; while it is live only the new steps are fetched. */
export function useMetrics(run: number, live: boolean) {
  return useQuery(metricsQuery(useQueryClient(), run, live));
}

/** The metrics of several runs, each as it comes. */
export function useMetricsOf(runs: { id: number; live: boolean }[]) {
  const client = useQueryClient();
  return useQueries({ queries: runs.map((run) => metricsQuery(client, run.id, run.live)) });
}
