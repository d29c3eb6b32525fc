import { Button, Confirm } from "@/components/ui";
import { StateBadge } from "@/components/ui/badge";
import { Icon } from "@/components/ui/icon";
import { Link } from "@/components/ui/link";
import { ProgressBar } from "@/components/ui/progress-bar";
import type { Job } from "@/lib/api/types";
import { failureWords } from "@/lib/failure-words";
import { countOf, formatCount, formatDuration, formatRate } from "@/lib/format";
import { paths } from "@/lib/paths";
import { isActive, useJob, useJobCommand } from "./queries";

/** One long piece of work: name, bar, rate, time left, failures, and its controls. Leaving the page is safe. */
export function JobStrip({ jobId, onEnd }: { jobId: number; onEnd?: (job: Job) => void }) {
  const { data: job } = useJob(jobId, onEnd);
  if (!job) return <div className="h-16 border-y border-line" aria-hidden="true" />;
  return <JobLine job={job} />;
}

export function JobLine({ job, linkTitle = true }: { job: Job; linkTitle?: boolean }) {
  const tone = job.state === "failed" ? "danger" : job.state === "succeeded" ? "ok" : "accent";
  return (
    <section aria-label={`Job: ${job.title}`} className="flex flex-col gap-2 border-y border-line py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {linkTitle ? (
          <Link to={paths.job(job.project, job.id)} className="font-medium text-fg">
            {job.title}
          </Link>
        ) : (
          <span className="font-medium">{job.title}</span>
        )}
        <StateBadge state={job.state} />
        <Waiting job={job} />
        <span className="num min-w-48 flex-1 text-sm text-muted">{progressText(job)}</span>
        <JobControls job={job} />
      </div>
      <ProgressBar
        label={`Progress of ${job.title}`}
        done={job.state === "succeeded" && !job.total ? 1 : job.done}
        total={job.state === "succeeded" && !job.total ? 1 : job.total}
        failed={job.failed}
        tone={job.state === "paused" || job.state === "cancelled" ? "neutral" : tone}
      />
      {job.message && (
        <p
          className={job.state === "failed" ? "text-danger" : "text-muted"}
          role={job.state === "failed" ? "alert" : undefined}
        >
          {job.message}
        </p>
      )}
      <Failures job={job} />
    </section>
  );
}

function Waiting({ job }: { job: Job }) {
  if (!isActive(job.state)) return null;
  if (job.cancel_requested)
    return <span className="text-sm text-muted">Stopping after the current part…</span>;
  if (job.pause_requested && job.state !== "paused")
    return <span className="text-sm text-muted">Pausing…</span>;
  return null;
}

export function progressText(job: Job): string {
  const parts = [
    job.total === null ? countDone(job) : `${formatCount(job.done)} of ${formatCount(job.total)} ${job.unit}`,
  ];
  if (job.state === "running") {
    if (job.rate_per_s) parts.push(formatRate(job.rate_per_s, job.unit));
    if (job.eta_s !== null) parts.push(`${formatDuration(job.eta_s)} left`);
  }
  return parts.filter(Boolean).join(" · ");
}

function countDone(job: Job): string {
  return job.done > 0 ? `${formatCount(job.done)} ${job.unit}` : "";
}

function Failures({ job }: { job: Job }) {
  const reasons = Object.entries(job.failures).filter(([, count]) => count > 0);
  if (reasons.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-warn" aria-label="Failures by reason">
      {reasons.map(([reason, count]) => (
        <li key={reason} className="flex items-center gap-1">
          <Icon name="warning" size={12} />
          {countOf(count, "failure")}: {failureWords(reason)}
        </li>
      ))}
    </ul>
  );
}

export function JobControls({ job }: { job: Job }) {
  const command = useJobCommand(job.id);
  const busy = command.isPending;
  return (
    <span className="flex gap-1">
      {job.can.pause && (
        <Button size="sm" variant="ghost" icon="pause" busy={busy} onClick={() => command.mutate("pause")}>
          Pause
        </Button>
      )}
      {job.can.resume && (
        <Button size="sm" variant="ghost" icon="play" busy={busy} onClick={() => command.mutate("resume")}>
          Resume
        </Button>
      )}
      {job.can.retry_failed && (
        <Button size="sm" icon="retry" busy={busy} onClick={() => command.mutate("retry-failed")}>
          Retry failed
        </Button>
      )}
      {job.can.cancel && (
        <Confirm
          title={`Cancel “${job.title}”?`}
          description="Work done so far is thrown away; nothing that existed before changes."
          confirm="Cancel job"
          onConfirm={() => command.mutateAsync("cancel").catch(() => undefined)}
          trigger={(ask) => (
            <Button size="sm" variant="ghost" icon="close" onClick={ask} disabled={busy}>
              Cancel
            </Button>
          )}
        />
      )}
    </span>
  );
}
