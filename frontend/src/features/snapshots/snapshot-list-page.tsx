import { useNavigate } from "@tanstack/react-router";
import { useListKeys } from "@/actions";
import {
  DataTable,
  EmptyState,
  Link,
  LinkButton,
  Page,
  PagedRows,
  RelativeTime,
  StateBadge,
} from "@/components/ui";
import type { Snapshot } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { ApprovalBadge } from "./approvals";
import { RefreshList } from "./refresh-list";

export function SnapshotListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const list = usePaged<Snapshot>(["snapshots", project.id], `/api/projects/${project.id}/snapshots/`);
  const open = (snapshot: Snapshot) => void navigate({ to: paths.snapshot(project.id, snapshot.id) });
  const { active, rowProps } = useListKeys({
    id: "snapshots",
    group: "Snapshots",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });
  return (
    <Page title="Snapshots" trail={[{ label: project.name, to: paths.project(project.id) }]}>
      <PagedRows
        list={list}
        empty={
          <EmptyState
            title="No snapshot yet"
            action={
              <LinkButton to={paths.recipes(project.id)} variant="primary">
                Recipes
              </LinkButton>
            }
          >
            A snapshot is what a recipe keeps, frozen: immutable, with a hash, a data card and a split. Open a
            recipe and choose “Freeze snapshot”.
          </EmptyState>
        }
      >
        <DataTable
          caption="Snapshots of this project"
          rows={list.rows}
          rowKey={(snapshot) => snapshot.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "name",
              header: "Snapshot",
              cell: (snapshot) => (
                <Link to={paths.snapshot(project.id, snapshot.id)} className="font-medium text-fg">
                  {snapshot.name}
                </Link>
              ),
            },
            {
              key: "state",
              header: "State",
              cell: (snapshot) => (
                <span className="flex flex-wrap gap-1.5">
                  <StateBadge state={snapshot.state} />
                  <ApprovalBadge approvals={snapshot.approvals} />
                </span>
              ),
            },
            {
              key: "kept",
              header: "Pairs",
              numeric: true,
              cell: (snapshot) => formatCount(snapshot.counts?.kept),
            },
            {
              key: "train",
              header: "Train / test",
              numeric: true,
              cell: ({ splits }) => `${formatCount(splits?.train)} / ${formatCount(splits?.test)}`,
            },
            {
              key: "hash",
              header: "Hash",
              cell: (snapshot) => (
                <code className="font-mono text-sm">{snapshot.content_hash.slice(0, 12)}</code>
              ),
            },
            {
              key: "created",
              header: "Frozen",
              cell: (snapshot) => <RelativeTime at={snapshot.created_at} />,
            },
          ]}
        />
      </PagedRows>
      <RefreshList />
    </Page>
  );
}
