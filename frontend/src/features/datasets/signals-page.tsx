import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import { ActionButton, Async, EmptyState, LinkButton, Section, SidePanel, Skeleton } from "@/components/ui";
import type { DatasetVersion, Job, Signal } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { keys, useSignals } from "./queries";
import { ComputeDialog } from "./signals/compute-dialog";
import { kindsQuery } from "./signals/queries";
import { SignalDetail } from "./signals/signal-detail";
import { SignalTable } from "./signals/signal-table";
import { useChosenVersion } from "./use-version";

export function SignalsPage() {
  const { isPending, chosen } = useChosenVersion();
  if (isPending) return <Skeleton />;
  return chosen ? <SignalList key={chosen.id} version={chosen} /> : <NothingImported />;
}

function NothingImported() {
  const project = useProject();
  const canManage = useCan("dataset.manage");
  const id = useNumberParam("datasetId");
  return (
    <EmptyState
      title="Nothing to compute on yet"
      action={
        canManage && (
          <LinkButton to={paths.datasetTab(project.id, id, "imports")} variant="primary" icon="upload">
            Import file
          </LinkButton>
        )
      }
    >
      Import data first. Signals are values computed for each response, pair or record, such as a reward
      score, a length or a group of duplicates; recipes filter by them.
    </EmptyState>
  );
}

function SignalList({ version }: { version: DatasetVersion }) {
  const canRun = useCan("signal.run");
  const client = useQueryClient();
  const query = useSignals(version.id);
  const kinds = useQuery(kindsQuery);
  const titles = new Map((kinds.data ?? []).map((kind) => [kind.kind, kind.title]));
  const [computing, setComputing] = useState(false);
  const [search, setSearch] = useSearchState();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.signals(version.id) });
    // Rows carry the scores, so they are read anew as well.
    void client.invalidateQueries({ queryKey: ["dataset-version", version.id] });
  };
  const onStarted = (job: Job) => {
    refresh();
    if (job.state === "succeeded" && job.subject) setSearch({ signal: String(job.subject.id) });
  };
  const compute = useAction({
    id: "signals.compute",
    label: "Compute a signal",
    keys: ["n"],
    group: "Signals",
    icon: "plus",
    when: () => canRun,
    run: () => setComputing(true),
  });
  const open = (signal: Signal) => setSearch({ signal: String(signal.id) });

  return (
    <>
      <Async query={query}>
        {(signals) => {
          const shown = signals.find((signal) => String(signal.id) === search.signal);
          return (
            <>
              {signals.length === 0 ? (
                <EmptyState
                  title={`Version ${version.number} has no signals`}
                  action={canRun && <ActionButton action={compute} variant="primary" />}
                >
                  A signal gives every response, pair or record of this version a value: how strong people’s
                  preference is, how a reward model scores it, how long it is, whether it occurs twice.
                  Recipes filter by them.
                </EmptyState>
              ) : (
                <Section
                  title={`Signals of version ${version.number}`}
                  actions={canRun && <ActionButton action={compute} variant="primary" />}
                >
                  <SignalTable
                    signals={signals}
                    titles={titles}
                    shown={shown?.id}
                    onOpen={open}
                    onEnd={refresh}
                  />
                </Section>
              )}
              <SidePanel
                open={shown !== undefined}
                onClose={() => setSearch({ signal: undefined })}
                title={shown?.name ?? ""}
              >
                {shown && <SignalDetail key={shown.id} signal={shown} onStarted={onStarted} />}
              </SidePanel>
            </>
          );
        }}
      </Async>
      <ComputeDialog open={computing} onOpenChange={setComputing} version={version} onStarted={onStarted} />
    </>
  );
}
