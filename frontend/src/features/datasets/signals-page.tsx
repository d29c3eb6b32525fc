import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import { Histogram } from "@/components/chart";
import { JobStrip } from "@/components/job-strip";
import {
  ActionButton,
  Async,
  DataTable,
  EmptyState,
  Figures,
  RelativeTime,
  Section,
  SidePanel,
  Skeleton,
  StateBadge,
} from "@/components/ui";
import type { DatasetVersion, Signal } from "@/lib/api/types";
import { formatCount, formatNumber } from "@/lib/format";
import { useCan } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { keys, useSignals } from "./queries";
import { ScoreDialog } from "./score-dialog";
import { useChosenVersion } from "./use-version";

export function SignalsPage() {
  const { isPending, chosen } = useChosenVersion();
  if (isPending) return <Skeleton />;
  if (!chosen) {
    return (
      <EmptyState title="Nothing to score yet">
        Import data first. Signals are numbers that models compute for each response, such as a reward score.
      </EmptyState>
    );
  }
  return <SignalList key={chosen.id} version={chosen} />;
}

function SignalList({ version }: { version: DatasetVersion }) {
  const canRun = useCan("signal.run");
  const client = useQueryClient();
  const query = useSignals(version.id);
  const [scoring, setScoring] = useState(false);
  const [search, setSearch] = useSearchState();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.signals(version.id) });
    // Rows carry the scores, so they are read anew as well.
    void client.invalidateQueries({ queryKey: ["dataset-version", version.id] });
  };
  const score = useAction({
    id: "signals.score",
    label: "Score with reward model",
    keys: ["n"],
    group: "Signals",
    icon: "plus",
    when: () => canRun,
    run: () => setScoring(true),
  });
  const open = (signal: Signal) => setSearch({ signal: String(signal.id) });

  return (
    <>
      <Async query={query}>
        {(signals) => {
          const shown = signals.find((signal) => String(signal.id) === search.signal);
          return (
            <>
              {signals
                .filter((signal) => signal.job !== null && signal.state === "queued")
                .map((signal) => (
                  <JobStrip key={signal.id} jobId={signal.job ?? 0} onEnd={refresh} />
                ))}
              {signals.length === 0 ? (
                <EmptyState
                  title={`Version ${version.number} has no signals`}
                  action={canRun && <ActionButton action={score} variant="primary" />}
                >
                  A reward model gives every response a score; the difference between chosen and rejected is
                  the margin that recipes can filter by.
                </EmptyState>
              ) : (
                <Section
                  title={`Signals of version ${version.number}`}
                  actions={canRun && <ActionButton action={score} variant="primary" />}
                >
                  <SignalTable signals={signals} onOpen={open} />
                </Section>
              )}
              <SidePanel
                open={shown !== undefined}
                onClose={() => setSearch({ signal: undefined })}
                title={shown?.name ?? ""}
              >
                {shown && <SignalDetail signal={shown} />}
              </SidePanel>
            </>
          );
        }}
      </Async>
      <ScoreDialog open={scoring} onOpenChange={setScoring} version={version} onStarted={refresh} />
    </>
  );
}

function SignalTable({ signals, onOpen }: { signals: Signal[]; onOpen: (signal: Signal) => void }) {
  return (
    <DataTable
      caption="Signals"
      rows={signals}
      rowKey={(signal) => signal.id}
      onRowClick={onOpen}
      columns={[
        {
          key: "name",
          header: "Signal",
          cell: (signal) => (
            <button
              type="button"
              className="text-left font-medium hover:underline"
              onClick={() => onOpen(signal)}
            >
              {signal.name}
            </button>
          ),
        },
        { key: "state", header: "State", cell: (signal) => <StateBadge state={signal.state} /> },
        {
          key: "ok",
          header: "Responses scored",
          numeric: true,
          cell: (signal) => formatCount(signal.rows_ok),
        },
        {
          key: "failed",
          header: "Responses failed",
          numeric: true,
          cell: (signal) => formatCount(signal.rows_failed),
        },
        { key: "mean", header: "Mean", numeric: true, cell: (signal) => formatNumber(signal.summary?.mean) },
        { key: "created", header: "Created", cell: (signal) => <RelativeTime at={signal.created_at} /> },
      ]}
    />
  );
}

function SignalDetail({ signal }: { signal: Signal }) {
  const { summary } = signal;
  return (
    <div className="flex flex-col gap-6">
      <Figures
        items={[
          { label: "State", value: <StateBadge state={signal.state} /> },
          { label: "Responses scored", value: formatCount(signal.rows_ok) },
          { label: "Responses failed", value: formatCount(signal.rows_failed) },
          { label: "Mean", value: formatNumber(summary?.mean) },
          { label: "Lowest", value: formatNumber(summary?.min) },
          { label: "Highest", value: formatNumber(summary?.max) },
        ]}
      />
      {summary?.histogram && summary.histogram.counts.length > 0 && (
        <Histogram
          title="Scores of all responses"
          edges={summary.histogram.edges}
          counts={summary.histogram.counts}
          xLabel="Score"
          height={200}
        />
      )}
      <Section title="How it was made">
        <Details values={{ ...signal.params, ...signal.provenance }} />
      </Section>
    </div>
  );
}

function Details({ values }: { values: Record<string, unknown> }) {
  return (
    <dl className="grid grid-cols-[minmax(96px,180px)_1fr] gap-x-4 gap-y-1 text-sm">
      {Object.entries(values).map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="truncate text-muted">{name}</dt>
          <dd className="min-w-0 font-mono text-xs leading-5 break-all">
            {typeof value === "string" ? value : JSON.stringify(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
