import type { UseQueryResult } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import {
  Async,
  type Column,
  DataTable,
  Link,
  LinkButton,
  Page,
  ProgressBar,
  RelativeTime,
  Section,
  StateBadge,
} from "@/components/ui";
import type { Campaign, Dataset, Page as PageOf, Run, Snapshot } from "@/lib/api/types";
import { formatCount, formatPercent, NONE } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { NextSteps } from "./next-steps";
import { nextSteps, useOverview } from "./overview";

export function ProjectHomePage() {
  const project = useProject();
  const overview = useOverview(project);
  const { datasets, campaigns, snapshots, runs } = overview;
  const loaded = [datasets, campaigns, snapshots, runs].every((query) => !query.isLoading);
  const steps = nextSteps(project, {
    data: Boolean(datasets.data?.results.some((each) => each.latest_version)),
    campaign: Boolean(campaigns.data?.results.length),
    labels: Boolean(campaigns.data?.results.some((each) => each.progress.feedback > 0)),
    snapshot: Boolean(snapshots.data?.results.length),
    run: Boolean(runs.data?.results.length),
  });
  const canSeeMembers = useCan("member.view");

  return (
    <Page
      title={project.name}
      trail={[{ label: "Projects", to: paths.projects() }]}
      actions={canSeeMembers && <LinkButton to={paths.members(project.id)}>Members</LinkButton>}
    >
      {project.description && <p className="mb-6 max-w-[72ch] text-muted">{project.description}</p>}
      {loaded && steps.some((step) => !step.done) && <NextSteps steps={steps} />}
      <div className="grid gap-x-12 gap-y-8 xl:grid-cols-2 [&>section]:mt-0 [&>section]:min-w-0">
        <Latest
          title="Datasets"
          all={paths.datasets(project.id)}
          query={datasets}
          empty="No dataset yet."
          columns={DATASET_COLUMNS}
          pathOf={(row) => paths.dataset(project.id, row.id)}
        />
        <Latest
          title="Campaigns"
          all={paths.campaigns(project.id)}
          query={campaigns}
          empty="Nobody has been asked yet."
          columns={CAMPAIGN_COLUMNS}
          pathOf={(row) => paths.campaign(project.id, row.id)}
        />
        {project.verbs.includes("recipe.view") && (
          <Latest
            title="Snapshots"
            all={paths.snapshots(project.id)}
            query={snapshots}
            empty="No snapshot has been frozen."
            columns={SNAPSHOT_COLUMNS}
            pathOf={(row) => paths.snapshot(project.id, row.id)}
          />
        )}
        {project.verbs.includes("run.view") && (
          <Latest
            title="Runs"
            all={paths.runs(project.id)}
            query={runs}
            empty="Nothing has been trained."
            columns={RUN_COLUMNS}
            pathOf={(row) => paths.run(project.id, row.id)}
          />
        )}
      </div>
    </Page>
  );
}

interface LatestProps<T> {
  title: string;
  all: string;
  query: UseQueryResult<PageOf<T>>;
  empty: string;
  columns: Column<T>[];
  pathOf: (row: T) => string;
}

function Latest<T extends { id: number; name: string }>({
  title,
  all,
  query,
  empty,
  columns,
  pathOf,
}: LatestProps<T>) {
  const navigate = useNavigate();
  return (
    <Section title={title} actions={<Link to={all}>All {title.toLowerCase()}</Link>}>
      <Async query={query} skeletonLines={3}>
        {(page) =>
          page.results.length === 0 ? (
            <p className="border-t border-line py-3 text-muted">{empty}</p>
          ) : (
            <DataTable
              caption={`Newest ${title.toLowerCase()}`}
              rows={page.results}
              rowKey={(row) => row.id}
              onRowClick={(row) => void navigate({ to: pathOf(row) })}
              columns={[
                { key: "name", header: "Name", cell: (row) => nameLink(pathOf(row), row.name) },
                ...columns,
              ]}
            />
          )
        }
      </Async>
    </Section>
  );
}

function nameLink(to: string, name: string): ReactNode {
  return (
    <Link to={to} className="font-medium text-fg">
      {name}
    </Link>
  );
}

const DATASET_COLUMNS: Column<Dataset>[] = [
  {
    key: "version",
    header: "Version",
    cell: (row) => (row.latest_version ? `v${row.latest_version.number}` : "Nothing imported"),
  },
  { key: "rows", header: "Rows", numeric: true, cell: (row) => formatCount(row.latest_version?.rows) },
  { key: "created", header: "Created", cell: (row) => <RelativeTime at={row.created_at} /> },
];

const CAMPAIGN_COLUMNS: Column<Campaign>[] = [
  { key: "state", header: "State", cell: (row) => <StateBadge state={row.state} /> },
  {
    key: "progress",
    header: "Items done",
    className: "w-40",
    cell: (row) => (
      <span className="flex items-center gap-2">
        <ProgressBar
          label={`Items done in ${row.name}`}
          done={row.progress.completed_items}
          total={row.progress.items || null}
        />
        <span className="num text-sm whitespace-nowrap text-muted">
          {row.progress.items ? formatPercent(row.progress.completed_items / row.progress.items) : NONE}
        </span>
      </span>
    ),
  },
  { key: "feedback", header: "Votes", numeric: true, cell: (row) => formatCount(row.progress.feedback) },
];

const SNAPSHOT_COLUMNS: Column<Snapshot>[] = [
  { key: "state", header: "State", cell: (row) => <StateBadge state={row.state} /> },
  { key: "kept", header: "Pairs kept", numeric: true, cell: (row) => formatCount(row.counts?.kept) },
  { key: "created", header: "Created", cell: (row) => <RelativeTime at={row.created_at} /> },
];

const RUN_COLUMNS: Column<Run>[] = [
  { key: "state", header: "State", cell: (row) => <StateBadge state={row.state} /> },
  { key: "kind", header: "Kind", cell: (row) => (row.kind === "dpo" ? "DPO" : "Reward model") },
  {
    key: "step",
    header: "Step",
    numeric: true,
    cell: (row) => `${formatCount(row.step)} of ${formatCount(row.max_steps)}`,
  },
  {
    key: "created",
    header: "Started",
    cell: (row) => <RelativeTime at={row.started_at ?? row.created_at} />,
  },
];
