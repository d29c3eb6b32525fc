import { useNavigate } from "@tanstack/react-router";
import { useAction, useListKeys } from "@/actions";
import {
  ActionButton,
  DataTable,
  EmptyState,
  ErrorState,
  Link,
  LinkButton,
  LoadMore,
  Page,
  ProgressBar,
  RelativeTime,
  Skeleton,
  StateBadge,
} from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { isRunning } from "./api";
import { NewRunDialog } from "./new-run-dialog";

export const KIND_NAMES: Record<Run["kind"], string> = { dpo: "DPO", reward: "Reward model" };

export function RunListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("run.manage");
  const [search, setSearch] = useSearchState();
  const list = usePaged<Run>(
    ["runs", project.id],
    `/api/projects/${project.id}/runs/`,
    {},
    { refetchInterval: 5000 },
  );
  const open = (run: Run) => void navigate({ to: paths.run(project.id, run.id) });
  const start = useAction({
    id: "runs.start",
    label: "Start run",
    keys: ["n"],
    group: "Runs",
    icon: "play",
    when: () => canManage,
    run: () => setSearch({ new: "yes" }),
  });
  const { active, rowProps } = useListKeys({
    id: "runs",
    group: "Runs",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });
  const isEmpty = !list.isPending && !list.error && list.rows.length === 0;
  return (
    <Page
      title="Runs"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={canManage && !isEmpty && <ActionButton action={start} variant="primary" />}
    >
      {list.error && <ErrorState error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Skeleton />}
      {isEmpty && (
        <EmptyState
          title="No training run yet"
          action={
            canManage ? (
              <ActionButton action={start} variant="primary" />
            ) : (
              <LinkButton to={paths.snapshots(project.id)}>Snapshots</LinkButton>
            )
          }
        >
          A run trains a policy (DPO) or a reward model on an exported snapshot, shows its curves as they
          grow, and ends as a registered model. {canManage ? "" : "Project admins start runs."}
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <DataTable
          caption="Training runs of this project"
          rows={list.rows}
          rowKey={(run) => run.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "name",
              header: "Run",
              cell: (run) => (
                <Link to={paths.run(project.id, run.id)} className="font-medium text-fg">
                  {run.name}
                </Link>
              ),
            },
            { key: "kind", header: "Kind", cell: (run) => KIND_NAMES[run.kind] },
            { key: "state", header: "State", cell: (run) => <StateBadge state={run.state} /> },
            { key: "base", header: "Base model", cell: (run) => run.base_model },
            {
              key: "progress",
              header: "Progress",
              className: "min-w-32",
              cell: (run) => (
                <ProgressBar
                  label={`Progress of ${run.name}`}
                  done={run.step}
                  total={run.max_steps}
                  tone={isRunning(run.state) ? "accent" : "neutral"}
                />
              ),
            },
            { key: "step", header: "Steps", numeric: true, cell: (run) => `${run.step} / ${run.max_steps}` },
            { key: "created", header: "Started", cell: (run) => <RelativeTime at={run.created_at} /> },
          ]}
        />
      )}
      <LoadMore list={list} />
      {canManage && search.new === "yes" && (
        <NewRunDialog
          key={search.export ?? "any"}
          preselected={search.export ? Number(search.export) : null}
          onClose={() => setSearch({ new: undefined, export: undefined })}
        />
      )}
    </Page>
  );
}
