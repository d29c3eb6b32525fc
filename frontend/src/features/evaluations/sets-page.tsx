import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useListKeys } from "@/actions";
import { JobStrip } from "@/components/job-strip";
import {
  ActionButton,
  Checkbox,
  DataTable,
  EmptyState,
  Link,
  Page,
  PagedRows,
  RelativeTime,
  StateBadge,
  toast,
} from "@/components/ui";
import { api } from "@/lib/api/client";
import { messageOf } from "@/lib/api/errors";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount, NONE } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { AddSetDialog } from "./add-set-dialog";
import type { EvaluationSet } from "./api";
import { layoutName } from "./layouts";

/** What models are tested on: benchmark files, and the held-out pairs of snapshots. */
export function SetsPage() {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const canManage = useCan("dataset.manage");
  const [search, setSearch] = useSearchState();
  const [job, setJob] = useState<number | null>(null);
  const key = ["evaluation-sets", project.id];
  const list = usePaged<EvaluationSet>(key, `/api/projects/${project.id}/evaluation-sets/`);
  const refresh = () => void client.invalidateQueries({ queryKey: key });
  const add = useAction({
    id: "evaluation-sets.add",
    label: "Add set",
    keys: ["n"],
    group: "Evaluation sets",
    icon: "plus",
    when: () => canManage,
    run: () => setSearch({ new: "yes" }),
  });
  const open = (set: EvaluationSet) => void navigate({ to: paths.evaluationSet(project.id, set.id) });
  const { active, rowProps } = useListKeys({
    id: "evaluation-sets",
    group: "Evaluation sets",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });
  return (
    <Page
      title="Evaluation sets"
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Models", to: paths.models(project.id) },
      ]}
      actions={canManage && !list.isEmpty && <ActionButton action={add} variant="primary" />}
    >
      {job !== null && <JobStrip jobId={job} onEnd={refresh} />}
      <PagedRows
        list={list}
        empty={
          <EmptyState
            title="No evaluation set yet"
            action={canManage && <ActionButton action={add} variant="primary" />}
          >
            A set holds prompts with right and wrong answers: RewardBench, RM-Bench, RMB or your own pairs as
            a file, or the held-out pairs of a snapshot. It never changes, so its numbers can be compared for
            as long as the project lives.
          </EmptyState>
        }
      >
        <DataTable
          caption="Evaluation sets of this project"
          rows={list.rows}
          rowKey={(each) => each.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "name",
              header: "Set",
              cell: (each) => (
                <Link to={paths.evaluationSet(project.id, each.id)} className="font-medium text-fg">
                  {each.name}
                </Link>
              ),
            },
            { key: "layout", header: "Kind", cell: (each) => layoutName(each.layout) },
            {
              key: "state",
              header: "State",
              cell: (each) => (
                <>
                  <StateBadge state={each.state} />
                  {each.error && (
                    <span className="mt-1 block max-w-[60ch] text-sm text-danger">{each.error}</span>
                  )}
                </>
              ),
            },
            {
              key: "items",
              header: "Items",
              numeric: true,
              cell: (each) => (each.state === "ready" ? formatCount(each.counts.items) : NONE),
            },
            {
              key: "scenarios",
              header: "Scenarios",
              numeric: true,
              cell: (each) => formatCount(Object.keys(each.counts.subsets ?? {}).length),
            },
            {
              key: "automatic",
              header: "Every new model",
              cell: (each) => <Automatic set={each} disabled={!canManage} onChanged={refresh} />,
            },
            { key: "created", header: "Added", cell: (each) => <RelativeTime at={each.created_at} /> },
          ]}
        />
      </PagedRows>
      {canManage && search.new === "yes" && (
        <AddSetDialog
          onClose={() => setSearch({ new: undefined })}
          onStarted={(started) => {
            setJob(started.id);
            refresh();
          }}
        />
      )}
    </Page>
  );
}

function Automatic({
  set,
  disabled,
  onChanged,
}: {
  set: EvaluationSet;
  disabled: boolean;
  onChanged: () => void;
}) {
  const change = useMutation({
    mutationFn: (automatic: boolean) => api.patch(`/api/evaluation-sets/${set.id}/`, { automatic }),
    onSuccess: onChanged,
    onError: (error) => toast.error(messageOf(error)),
  });
  return (
    <Checkbox
      label="Evaluate"
      aria-label={`Evaluate every new model on ${set.name}`}
      checked={set.automatic}
      disabled={disabled || change.isPending}
      onChange={(event) => change.mutate(event.target.checked)}
    />
  );
}
