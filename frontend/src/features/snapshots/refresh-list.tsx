import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  Confirm,
  DataTable,
  DropdownMenu,
  IconButton,
  Link,
  MenuItem,
  MenuSeparator,
  RelativeTime,
  Section,
  Select,
  StateBadge,
  toast,
} from "@/components/ui";
import type { SnapshotRefresh } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { changeRefresh, deleteRefresh, refreshesKey, refreshesQuery, runRefresh } from "./api";
import { intervalsWith, intervalWords, refreshState } from "./refresh";

/** What is frozen again by itself; nothing where nobody asked for it. */
export function RefreshList() {
  const project = useProject();
  const canManage = useCan("snapshot.manage");
  const rows = useQuery(refreshesQuery(project.id)).data?.results ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title="Kept fresh">
      <DataTable
        caption="Scheduled refreshes"
        rows={rows}
        rowKey={(refresh) => refresh.id}
        columns={[
          {
            key: "what",
            header: "Recipe over dataset",
            cell: ({ recipe, dataset }) => (
              <>
                <Link to={paths.recipe(project.id, recipe.id)}>{recipe.name}</Link> over{" "}
                <Link to={paths.datasetTab(project.id, dataset.id, "rows")}>{dataset.name}</Link>
              </>
            ),
          },
          {
            key: "every",
            header: "How often",
            cell: (refresh) => <Interval refresh={refresh} readOnly={!canManage} />,
          },
          { key: "state", header: "State", cell: (refresh) => <StateBadge state={refreshState(refresh)} /> },
          { key: "message", header: "Last round", cell: (refresh) => <LastRound refresh={refresh} /> },
          {
            key: "next",
            header: "Next",
            cell: (refresh) =>
              refresh.is_active ? <RelativeTime at={refresh.next_at} /> : "when it goes on",
          },
          ...(canManage
            ? [
                {
                  key: "more",
                  header: <span className="sr-only">Actions</span>,
                  cell: (refresh: SnapshotRefresh) => <Actions refresh={refresh} />,
                },
              ]
            : []),
        ]}
      />
    </Section>
  );
}

function LastRound({ refresh }: { refresh: SnapshotRefresh }) {
  const project = useProject();
  return (
    <>
      {refresh.message || "None yet."}{" "}
      {refresh.job !== null && <Link to={paths.job(project.id, refresh.job)}>Its job</Link>}
      {refresh.job === null && refresh.snapshot && (
        <Link to={paths.snapshot(project.id, refresh.snapshot.id)}>{refresh.snapshot.name}</Link>
      )}
    </>
  );
}

function useRefreshChange<T>(change: (given: T) => Promise<unknown>) {
  const project = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: refreshesKey(project.id) }),
    onError: toast.error,
  });
}

function Interval({ refresh, readOnly }: { refresh: SnapshotRefresh; readOnly: boolean }) {
  const change = useRefreshChange((every_hours: number) => changeRefresh(refresh.id, { every_hours }));
  if (readOnly) return intervalWords(refresh.every_hours);
  return (
    <Select
      aria-label={`How often ${refresh.recipe.name} over ${refresh.dataset.name} is looked at`}
      value={String(refresh.every_hours)}
      onChange={(event) => change.mutate(Number(event.target.value))}
      options={intervalsWith(refresh.every_hours)}
    />
  );
}

function Actions({ refresh }: { refresh: SnapshotRefresh }) {
  const run = useRefreshChange(() => runRefresh(refresh.id));
  const pause = useRefreshChange((is_active: boolean) => changeRefresh(refresh.id, { is_active }));
  const remove = useRefreshChange(() => deleteRefresh(refresh.id));
  const name = `${refresh.recipe.name} over ${refresh.dataset.name}`;
  const idle = refreshState(refresh) !== "running";
  return (
    <Confirm
      title="Stop keeping this fresh?"
      description={`${name} is not frozen again by itself. Snapshots it made stay.`}
      confirm="Stop"
      onConfirm={() => remove.mutateAsync(undefined).catch(() => undefined)}
      trigger={(ask) => (
        <DropdownMenu trigger={<IconButton icon="more" label={`More for ${name}`} />}>
          {idle && refresh.is_active && (
            <MenuItem icon="play" onSelect={() => run.mutate(undefined)}>
              Run now
            </MenuItem>
          )}
          <MenuItem
            icon={refresh.is_active ? "pause" : "play"}
            onSelect={() => pause.mutate(!refresh.is_active)}
          >
            {refresh.is_active ? "Pause" : "Go on"}
          </MenuItem>
          <MenuSeparator />
          <MenuItem onSelect={ask}>Stop keeping fresh</MenuItem>
        </DropdownMenu>
      )}
    />
  );
}
