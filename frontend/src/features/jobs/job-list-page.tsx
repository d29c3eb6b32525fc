import { useNavigate } from "@tanstack/react-router";
import { useListKeys } from "@/actions";
import { isActive, JobControls, progressText } from "@/components/job-strip";
import {
  DataTable,
  EmptyState,
  Field,
  Link,
  Page,
  PagedRows,
  ProgressBar,
  RelativeTime,
  Select,
  StateBadge,
} from "@/components/ui";
import type { Job } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatDuration, NONE } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNow } from "@/lib/use-now";
import { useSearchState } from "@/lib/use-search-state";

const STATES = [
  { value: "", label: "All jobs" },
  { value: "active", label: "Not finished" },
  { value: "running", label: "Running" },
  { value: "queued", label: "Queued" },
  { value: "paused", label: "Paused" },
  { value: "succeeded", label: "Succeeded" },
  { value: "failed", label: "Failed" },
  { value: "cancelled", label: "Cancelled" },
];

export function JobListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchState();
  const list = usePaged<Job>(
    ["jobs", project.id, "list"],
    `/api/projects/${project.id}/jobs/`,
    { state: search.state },
    { refetchInterval: 3000 },
  );
  const open = (job: Job) => void navigate({ to: paths.job(project.id, job.id) });
  const { active, rowProps } = useListKeys({
    id: "jobs",
    group: "Jobs",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });

  return (
    <Page
      title="Jobs"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={
        <Field label="Show" hideLabel className="w-44">
          <Select
            options={STATES}
            value={search.state ?? ""}
            onChange={(event) => setSearch({ state: event.target.value })}
          />
        </Field>
      }
    >
      <PagedRows
        list={list}
        empty={
          <EmptyState title={search.state ? "No job is in this state" : "Nothing has run yet"}>
            Imports, scoring, snapshots, exports and training run as jobs. You can leave the page while they
            work; here you find them again.
          </EmptyState>
        }
      >
        <DataTable
          caption="Jobs of this project"
          rows={list.rows}
          rowKey={(job) => job.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "title",
              header: "Job",
              cell: (job) => (
                <>
                  <Link to={paths.job(project.id, job.id)} className="font-medium text-fg">
                    {job.title}
                  </Link>
                  {job.message && <p className="line-clamp-1 text-sm text-muted">{job.message}</p>}
                </>
              ),
            },
            { key: "state", header: "State", cell: (job) => <StateBadge state={job.state} /> },
            {
              key: "progress",
              header: "Progress",
              className: "min-w-56",
              cell: (job) => (
                <>
                  {isActive(job.state) && (
                    <ProgressBar
                      label={`Progress of ${job.title}`}
                      done={job.done}
                      total={job.total}
                      failed={job.failed}
                    />
                  )}
                  <span className="num text-sm text-muted">{progressText(job) || NONE}</span>
                </>
              ),
            },
            {
              key: "by",
              header: "Started by",
              className: "whitespace-nowrap",
              cell: (job) => job.created_by?.name || job.created_by?.email || NONE,
            },
            { key: "created", header: "Created", cell: (job) => <RelativeTime at={job.created_at} /> },
            { key: "took", header: "Took", numeric: true, cell: (job) => <Took job={job} /> },
            {
              key: "controls",
              header: <span className="sr-only">Controls</span>,
              className: "text-right",
              cell: (job) => <JobControls job={job} />,
            },
          ]}
        />
      </PagedRows>
    </Page>
  );
}

export function Took({ job }: { job: Job }) {
  const now = useNow();
  if (!job.started_at) return NONE;
  const end = job.finished_at ? Date.parse(job.finished_at) : now;
  return formatDuration(Math.max(0, end - Date.parse(job.started_at)) / 1000);
}
