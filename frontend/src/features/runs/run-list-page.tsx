import { useNavigate } from "@tanstack/react-router";
import { useAction, useListKeys } from "@/actions";
import {
  ActionButton,
  DataTable,
  EmptyState,
  Link,
  LinkButton,
  Page,
  PagedRows,
  ProgressBar,
  RelativeTime,
  StateBadge,
} from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount, formatDuration } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { isRunning } from "./api";
import { idsIn, MOST_COMPARED, toggledId } from "./picking";
import { keyMetric, kindName } from "./words";

export function RunListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("run.manage");
  const [search, setSearch] = useSearchState();
  const picked = idsIn(search.picked);
  const list = usePaged<Run>(
    ["runs", project.id],
    `/api/projects/${project.id}/runs/`,
    { ensemble: search.ensemble },
    { refetchInterval: 5000 },
  );
  const open = (run: Run) => void navigate({ to: paths.run(project.id, run.id) });
  const pick = (run: Run) => setSearch({ picked: toggledId(picked, run.id).join(",") });
  const start = useAction({
    id: "runs.start",
    label: "New run",
    keys: ["n"],
    group: "Runs",
    icon: "plus",
    when: () => canManage,
    run: () => void navigate({ to: paths.newRun(project.id) }),
  });
  const compare = useAction({
    id: "runs.compare",
    label: picked.length > 1 ? `Compare ${picked.length} runs` : "Compare runs",
    keys: ["v"],
    group: "Runs",
    icon: "chart",
    when: () => list.rows.length > 1 && picked.length !== 1,
    run: () =>
      void navigate({ to: paths.compareRuns(project.id), search: { runs: picked.join(",") } as never }),
  });
  const { active, rowProps } = useListKeys({
    id: "runs",
    group: "Runs",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });
  useAction({
    id: "runs.pick",
    label: "Choose for comparison",
    keys: ["x"],
    group: "Runs",
    keyOnly: true,
    when: () => list.rows[active] !== undefined,
    run: () => list.rows[active] && pick(list.rows[active]),
  });
  return (
    <Page
      title="Runs"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={
        !list.isEmpty && (
          <>
            {list.rows.length > 1 && <ActionButton action={compare} />}
            {canManage && <ActionButton action={start} variant="primary" />}
          </>
        )
      }
    >
      {search.ensemble && (
        <p className="mb-3 text-muted">
          Members of one ensemble. <Link to={paths.runs(project.id)}>All runs</Link>
        </p>
      )}
      {picked.length === 1 && (
        <p className="mb-3 text-muted">Choose a second run to compare; up to {MOST_COMPARED} at once.</p>
      )}
      <PagedRows
        list={list}
        empty={
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
            A run trains a policy or a reward model on a snapshot, shows its curves as they grow, and ends as
            a registered model that remembers every vote behind it.{" "}
            {canManage ? "" : "Project admins start runs."}
          </EmptyState>
        }
      >
        <DataTable
          caption="Training runs of this project"
          rows={list.rows}
          rowKey={(run) => run.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "pick",
              header: <span className="sr-only">Compare</span>,
              className: "w-8",
              cell: (run) => (
                <label className="flex size-8 items-center justify-center">
                  <input
                    type="checkbox"
                    className="size-4 accent-[var(--accent)]"
                    aria-label={`Compare ${run.name}`}
                    checked={picked.includes(run.id)}
                    onChange={() => pick(run)}
                  />
                </label>
              ),
            },
            {
              key: "name",
              header: "Run",
              className: "min-w-40",
              cell: (run) => (
                <>
                  <Link to={paths.run(project.id, run.id)} className="font-medium break-words text-fg">
                    {run.name}
                  </Link>
                  <span className="num ms-2 text-sm text-faint">{run.id}</span>
                </>
              ),
            },
            { key: "kind", header: "Method", cell: (run) => kindName(run.kind) },
            { key: "state", header: "State", cell: (run) => <State run={run} /> },
            { key: "base", header: "Base model", cell: (run) => run.base_model },
            {
              key: "progress",
              header: "Progress",
              className: "min-w-36",
              cell: (run) => <Progress run={run} />,
            },
            { key: "metric", header: "Key metric", numeric: true, cell: (run) => keyMetric(run.metrics) },
            { key: "created", header: "Created", cell: (run) => <RelativeTime at={run.created_at} /> },
          ]}
        />
      </PagedRows>
    </Page>
  );
}

function State({ run }: { run: Run }) {
  return (
    <span className="flex items-center gap-2 whitespace-nowrap">
      <StateBadge state={run.state} />
      {run.state === "queued" && run.place_in_queue !== null && (
        <span className="num text-sm text-muted">place {run.place_in_queue}</span>
      )}
    </span>
  );
}

function Progress({ run }: { run: Run }) {
  return (
    <>
      <ProgressBar
        label={`Progress of ${run.name}`}
        done={run.step}
        total={run.max_steps || null}
        tone={isRunning(run.state) ? "accent" : "neutral"}
      />
      <span className="num text-xs text-muted">
        {formatCount(run.step)} of {run.max_steps ? formatCount(run.max_steps) : "–"} steps
        {run.eta_s !== null && run.eta_s > 0 && `, ${formatDuration(run.eta_s)} left`}
      </span>
    </>
  );
}
