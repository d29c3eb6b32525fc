import { Link, ProgressBar } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { formatCount, formatDuration, formatExact } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useNow } from "@/lib/use-now";
import { isRunning } from "./api";
import { lastValue, type MetricRow } from "./metrics";
import { useMetrics } from "./use-metrics";
import { heartbeatWords, launcherName } from "./words";

const TONES = {
  succeeded: "ok",
  failed: "danger",
  running: "accent",
  queued: "neutral",
  cancelled: "neutral",
} as const;

/** How far a run is, how fast it goes, when it ends and whether it still lives. */
export function RunProgress({ run }: { run: Run }) {
  const now = useNow();
  const { data: rows = [] } = useMetrics(run.id, isRunning(run.state));
  const heartbeat = run.state === "running" ? heartbeatWords(run.heartbeat_at, now) : null;
  return (
    <section aria-label="Progress" className="flex flex-col gap-2 border-y border-line py-3">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="num font-medium">{stepsOf(run)}</span>
        <span className="num min-w-48 flex-1 text-sm text-muted">{paceOf(run, rows)}</span>
        {heartbeat && (
          <span
            title={formatExact(run.heartbeat_at)}
            className={cx("text-sm", heartbeat.late ? "text-warn" : "text-muted")}
          >
            <span
              aria-hidden="true"
              className={cx(
                "me-1.5 inline-block size-2 rounded-full align-middle",
                heartbeat.late ? "bg-(--warn)" : "bg-(--ok)",
              )}
            />
            {launcherName(run.launcher)}: {heartbeat.text}
          </span>
        )}
        {run.job !== null && (
          <Link to={paths.job(run.project, run.job)} className="text-sm">
            Job
          </Link>
        )}
      </div>
      <ProgressBar
        label={`Progress of ${run.name}`}
        done={run.step}
        total={run.max_steps || null}
        tone={TONES[run.state]}
      />
      {run.note && run.state !== "failed" && <p className="text-muted">{run.note}</p>}
    </section>
  );
}

function stepsOf(run: Run): string {
  if (!run.max_steps) return run.state === "queued" ? "Waiting" : `Step ${formatCount(run.step)}`;
  return `Step ${formatCount(run.step)} of ${formatCount(run.max_steps)}`;
}

function paceOf(run: Run, rows: MetricRow[]): string {
  const parts: string[] = [];
  if (run.state === "queued" && run.place_in_queue !== null)
    parts.push(`place ${run.place_in_queue} in the queue`);
  if (run.state === "running") {
    const tokens = lastValue(rows, "tokens_per_s");
    const seconds = lastValue(rows, "step_s");
    if (seconds !== null) parts.push(`${seconds.toPrecision(2)} s a step`);
    if (tokens !== null) parts.push(`${formatCount(tokens)} tokens/s`);
    if (run.eta_s !== null) parts.push(`${formatDuration(run.eta_s)} left`);
  } else if (run.started_at && run.finished_at) {
    const seconds = (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000;
    parts.push(`took ${formatDuration(seconds)}`);
  }
  return parts.join(" · ");
}
