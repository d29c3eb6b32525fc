import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import { isActive } from "@/components/job-strip";
import {
  ActionButton,
  DataTable,
  EmptyState,
  NoteText,
  PagedRows,
  RelativeTime,
  StateBadge,
} from "@/components/ui";
import type { Job } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount, NONE } from "@/lib/format";
import { useCan } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { type JudgeDetail, type JudgeProtocol, type JudgeRun, touchedKeys } from "./api";
import { RunDialog } from "./run-dialog";
import { RunView } from "./run-view";
import { askedWords } from "./runs";
import { formatUsd } from "./words";

const POLL_MS = 2500;

/** Where this judge was set to work, and the run that is looked at. */
export function RunsTab({ judge, protocol }: { judge: JudgeDetail; protocol: JudgeProtocol | undefined }) {
  const client = useQueryClient();
  const canRun = useCan("signal.run");
  const [search, setSearch] = useSearchState();
  const [starting, setStarting] = useState(false);
  const [busy, setBusy] = useState(true);
  const list = usePaged<JudgeRun>(
    ["judge-runs", judge.id],
    `/api/judges/${judge.id}/runs/`,
    {},
    { refetchInterval: busy ? POLL_MS : false },
  );
  const isBusy = list.rows.some((run) => run.job && isActive(run.job.state));
  if (isBusy !== busy && !list.isPending) setBusy(isBusy);
  const start = useAction({
    id: "judge.run",
    label: "Start a run",
    keys: ["n"],
    group: "Judge",
    icon: "play",
    when: () => canRun && !judge.archived && judge.problem === "",
    run: () => setStarting(true),
  });
  const refresh = () => {
    for (const queryKey of touchedKeys(judge)) void client.invalidateQueries({ queryKey });
  };
  const shown = list.rows.find((run) => String(run.id) === search.run) ?? list.rows[0];
  const button = canRun && <ActionButton action={start} variant="primary" />;
  const onStarted = (job: Job) => {
    refresh();
    // The newest one, whichever was looked at before.
    if (job.state !== "succeeded") setSearch({ run: undefined });
  };
  return (
    <>
      <PagedRows
        list={list}
        empty={
          <EmptyState title="It has not judged anything yet" action={button}>
            A run judges the rows of a dataset version. What it says is a signal that recipes read like any
            other, whether it may label or not.
          </EmptyState>
        }
      >
        <div className="mb-3 flex flex-wrap items-center gap-4">
          <p className="min-w-60 flex-1 text-sm text-muted">
            The same question is never asked twice: a run over rows it has seen asks only the new ones.
          </p>
          {button}
        </div>
        <DataTable
          caption="Runs of this version"
          rows={list.rows}
          rowKey={(run) => run.id}
          onRowClick={(run) => setSearch({ run: String(run.id) })}
          active={list.rows.findIndex((run) => run.id === shown?.id)}
          columns={[
            {
              key: "data",
              header: "Data",
              cell: (run) => (
                <button
                  type="button"
                  className="text-start font-medium hover:underline"
                  onClick={() => setSearch({ run: String(run.id) })}
                >
                  {run.dataset_version.dataset_name} v{run.dataset_version.number}
                  <span className="block text-sm font-normal text-muted">
                    {askedWords(run.signal.params, judge.level)}
                  </span>
                </button>
              ),
            },
            {
              key: "state",
              header: "State",
              cell: (run) => (
                <StateBadge state={run.job && isActive(run.job.state) ? run.job.state : run.signal.state} />
              ),
            },
            { key: "ok", header: "Judged", numeric: true, cell: (run) => formatCount(judgedOf(run)) },
            { key: "failed", header: "Failed", numeric: true, cell: (run) => formatCount(failedOf(run)) },
            {
              key: "cost",
              header: "Cost",
              numeric: true,
              cell: (run) =>
                judge.prices && run.meter ? formatUsd(run.meter.cost_usd) : <NoteText>{NONE}</NoteText>,
            },
            { key: "at", header: "Started", cell: (run) => <RelativeTime at={run.created_at} /> },
          ]}
        />
      </PagedRows>
      {shown && <RunView key={shown.id} run={shown} judge={judge} onChanged={refresh} />}
      {starting && (
        <RunDialog
          judge={judge}
          protocol={protocol}
          onClose={() => setStarting(false)}
          onStarted={onStarted}
        />
      )}
    </>
  );
}

/** Counts of the signal are there at the end; before that, those of its job. */
const isDone = (run: JudgeRun) => run.signal.state === "ready";
const failedOf = (run: JudgeRun) => (isDone(run) ? run.signal.rows_failed : (run.job?.failed ?? 0));
const judgedOf = (run: JudgeRun) => (isDone(run) ? run.signal.rows_ok : (run.job?.done ?? 0));
