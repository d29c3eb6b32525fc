import { useQuery, useQueryClient } from "@tanstack/react-query";
import { isActive, JobStrip } from "@/components/job-strip";
import { RelativeTime, StateBadge } from "@/components/ui";
import type { DataExport, Job } from "@/lib/api/types";
import { pushesQuery } from "./api";

/** Where copies of an export went; nothing where it was never pushed. */
export function Pushes({ data }: { data: DataExport }) {
  const client = useQueryClient();
  const jobs = useQuery(pushesQuery(data.id)).data?.results ?? [];
  if (jobs.length === 0) return null;
  const refresh = () => void client.invalidateQueries({ queryKey: pushesQuery(data.id).queryKey });
  return (
    <div>
      <h3 className="mb-1 font-medium">On the Hub</h3>
      <ul>
        {jobs.map((job) => (
          <li key={job.id}>
            {isActive(job.state) ? <JobStrip jobId={job.id} onEnd={refresh} /> : <Pushed job={job} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Pushed({ job }: { job: Job }) {
  const url = String(job.result?.url ?? "");
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-1.5">
      {url.startsWith("https://") ? (
        <a href={url} rel="noreferrer" target="_blank" className="break-all text-accent-text underline">
          {String(job.result?.repo ?? url)}
        </a>
      ) : (
        <span>{job.title}</span>
      )}
      <StateBadge state={job.state} />
      <span className="text-sm text-muted">
        <RelativeTime at={job.finished_at ?? job.created_at} />
      </span>
      {job.state === "failed" && <span className="w-full text-danger">{job.message}</span>}
    </p>
  );
}
