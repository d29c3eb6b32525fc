import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { getMetrics } from "./api";
import { lastStep, type MetricRow, mergeMetrics } from "./metrics";

/** All metrics of a run; while it is live only the new steps are fetched, once a second. */
export function useMetrics(run: number, live: boolean) {
  const known = useRef<{ run: number; rows: MetricRow[] }>({ run, rows: [] });
  if (known.current.run !== run) known.current = { run, rows: [] };
  return useQuery({
    queryKey: ["run", run, "metrics"],
    queryFn: async ({ signal }) => {
      const after = lastStep(known.current.rows);
      const answer = await getMetrics(run, after === null ? null : after - 1, signal);
      known.current.rows = mergeMetrics(known.current.rows, answer.results);
      return known.current.rows;
    },
    refetchInterval: live ? 1000 : false,
  });
}
