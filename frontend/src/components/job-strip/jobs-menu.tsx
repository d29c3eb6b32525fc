import { DropdownMenu as Radix } from "radix-ui";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { DropdownMenu } from "@/components/ui/menu";
import { ProgressBar } from "@/components/ui/progress-bar";
import { formatPercent } from "@/lib/format";
import { paths } from "@/lib/paths";
import { progressText } from "./job-strip";
import { useActiveJobs } from "./queries";

/** "2 jobs active" in the header: what runs now in this project, wherever it was started. Gone when nothing does. */
export function JobsMenu({ projectId }: { projectId: number }) {
  const { data } = useActiveJobs(projectId, true);
  const jobs = data?.results ?? [];
  if (jobs.length === 0) return null;
  return (
    <DropdownMenu
      className="w-[360px] max-w-[calc(100vw-16px)]"
      trigger={
        <Button size="sm" variant="ghost">
          <span className="num">{jobs.length}</span> {jobs.length === 1 ? "job" : "jobs"} active
        </Button>
      }
    >
      {jobs.map((job) => (
        <Radix.Item key={job.id} asChild className="rounded-sm outline-none data-[highlighted]:bg-sunken">
          <Link to={paths.job(projectId, job.id)} className="block px-2 py-2 text-fg hover:no-underline">
            <span className="flex gap-2">
              <span className="flex-1 truncate">{job.title}</span>
              <span className="num text-muted">
                {job.total ? formatPercent(job.done / job.total) : job.state}
              </span>
            </span>
            <ProgressBar
              label={job.title}
              done={job.done}
              total={job.total}
              failed={job.failed}
              className="my-1.5"
            />
            <span className="num block text-xs text-muted">{progressText(job)}</span>
          </Link>
        </Radix.Item>
      ))}
      <Radix.Separator className="-mx-1 my-1 h-px bg-line" />
      <Radix.Item asChild className="rounded-sm outline-none data-[highlighted]:bg-sunken">
        <Link to={paths.jobs(projectId)} className="block px-2 py-1.5 hover:no-underline">
          All jobs
        </Link>
      </Radix.Item>
    </DropdownMenu>
  );
}
