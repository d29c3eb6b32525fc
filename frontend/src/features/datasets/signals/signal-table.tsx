import { useListKeys } from "@/actions";
import { isActive, JobControls, progressText, useJob } from "@/components/job-strip";
import { DataTable, NoteText, ProgressBar, RelativeTime, StateBadge } from "@/components/ui";
import type { Signal } from "@/lib/api/types";
import { formatCount, NONE } from "@/lib/format";
import { gistOf } from "@/lib/signal-values";
import { LEVEL_NAMES } from "./kinds";
import { Spark } from "./spark";

interface Props {
  signals: Signal[];
  titles: Map<string, string>;
  shown: number | undefined;
  onOpen: (signal: Signal) => void;
  /** A job was seen to end. */
  onEnd: () => void;
}

export function SignalTable({ signals, titles, shown, onOpen, onEnd }: Props) {
  const { active, rowProps } = useListKeys({
    id: "signals",
    group: "Signals",
    count: signals.length,
    onOpen: (index) => signals[index] && onOpen(signals[index]),
  });
  const open = signals.findIndex((signal) => signal.id === shown);
  return (
    <DataTable
      caption="Signals"
      rows={signals}
      rowKey={(signal) => signal.id}
      onRowClick={onOpen}
      active={open >= 0 ? open : active}
      rowProps={rowProps}
      columns={[
        {
          key: "name",
          header: "Signal",
          cell: (signal) => (
            <>
              <button
                type="button"
                className="text-left font-medium hover:underline"
                onClick={() => onOpen(signal)}
              >
                {signal.name}
              </button>
              <KindLine signal={signal} titles={titles} />
            </>
          ),
        },
        {
          key: "level",
          header: "One value for each",
          cell: (signal) => LEVEL_NAMES[signal.level] ?? signal.level,
        },
        { key: "state", header: "State", cell: (signal) => <SignalState signal={signal} onEnd={onEnd} /> },
        { key: "ok", header: "Rows", numeric: true, cell: (signal) => countOr(signal, signal.rows_ok) },
        {
          key: "failed",
          header: "Failed",
          numeric: true,
          cell: (signal) => (
            <span className={signal.rows_failed > 0 ? "text-warn" : undefined}>
              {countOr(signal, signal.rows_failed)}
            </span>
          ),
        },
        { key: "spread", header: "Distribution", cell: (signal) => <Distribution signal={signal} /> },
        {
          key: "computed",
          header: "Computed",
          cell: (signal) =>
            signal.computed_at && signal.state === "ready" ? (
              <RelativeTime at={signal.computed_at} />
            ) : (
              <NoteText>{NONE}</NoteText>
            ),
        },
      ]}
    />
  );
}

/** The kind, where the signal's own name does not say it. */
function KindLine({ signal, titles }: { signal: Signal; titles: Map<string, string> }) {
  const title = titles.get(signal.kind);
  if (!title || signal.name.toLowerCase().startsWith(title.toLowerCase())) return null;
  return <span className="block text-sm text-muted">{title}</span>;
}

const countOr = (signal: Signal, count: number) => (signal.state === "ready" ? formatCount(count) : NONE);

function Distribution({ signal }: { signal: Signal }) {
  const gist = gistOf(signal);
  if (!gist) return <NoteText>{NONE}</NoteText>;
  return (
    <span className="flex items-center gap-3">
      <Spark signal={signal} />
      <span className="num min-w-0 text-sm text-muted">
        <span className="block max-w-52 truncate text-xs text-faint" title={gist.column}>
          {gist.column}
        </span>
        {gist.value}
      </span>
    </span>
  );
}

/** The state; while it is being computed how far it is, how long it takes, and how to stop it. */
function SignalState({ signal, onEnd }: { signal: Signal; onEnd: () => void }) {
  const waits = signal.state === "queued" || signal.state === "failed";
  const { data: job } = useJob(waits ? signal.job : null, signal.state === "queued" ? onEnd : undefined);
  if (!job || !waits) return <StateBadge state={signal.state} />;
  if (signal.state === "failed") {
    return (
      <span className="flex max-w-80 flex-col items-start gap-0.5">
        <StateBadge state="failed" />
        {job.message && <span className="text-sm text-danger">{job.message}</span>}
      </span>
    );
  }
  return (
    <span className="flex min-w-60 flex-col gap-1">
      <span className="flex items-center gap-2">
        <StateBadge state={job.state} />
        <span className="num flex-1 text-sm text-muted">
          {job.cancel_requested && isActive(job.state) ? "Stopping…" : progressText(job)}
        </span>
        <JobControls job={job} />
      </span>
      <ProgressBar
        label={`Progress of ${signal.name}`}
        done={job.done}
        total={job.total}
        failed={job.failed}
        tone={job.state === "paused" ? "neutral" : "accent"}
      />
    </span>
  );
}
