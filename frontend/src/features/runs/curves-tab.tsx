import { LineChart } from "@/components/chart";
import { Async, EmptyState } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { formatCount, formatNumber } from "@/lib/format";
import { isRunning } from "./api";
import { chartsOf, type PreparedChart } from "./metrics";
import { useMetrics } from "./use-metrics";

/** What the trainer logged, as it grows. */
export function CurvesTab({ run }: { run: Run }) {
  const query = useMetrics(run.id, isRunning(run.state));
  return (
    <Async query={query}>
      {(rows) => (rows.length === 0 ? <NoCurves run={run} /> : <Charts charts={chartsOf(rows)} />)}
    </Async>
  );
}

/** Three digits, and whole numbers where there are thousands. */
const readout = (value: number | null) =>
  value !== null && Math.abs(value) >= 1000 ? formatCount(value) : formatNumber(value);

export function Charts({ charts }: { charts: PreparedChart[] }) {
  return (
    <div className="grid gap-x-10 gap-y-8 xl:grid-cols-2">
      {charts.map((chart) => (
        <LineChart
          key={chart.title}
          title={chart.title}
          x={chart.x}
          xLabel="Step"
          series={chart.series}
          zeroLine={chart.zeroLine}
          format={readout}
        />
      ))}
    </div>
  );
}

function NoCurves({ run }: { run: Run }) {
  if (run.state === "queued") {
    return (
      <EmptyState title="Waiting for its turn">
        Runs wait until the GPUs they ask for are free; higher priorities go first. Curves appear with the
        first step.
      </EmptyState>
    );
  }
  return (
    <EmptyState title={isRunning(run.state) ? "No step finished yet" : "No steps were recorded"}>
      {isRunning(run.state)
        ? "The data and the base model are prepared first; the first time that takes a minute. Curves appear with the first step."
        : "The log says what happened."}
    </EmptyState>
  );
}
