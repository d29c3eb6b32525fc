import { useQuery } from "@tanstack/react-query";
import { isActive, JobLine, useJob } from "@/components/job-strip";
import {
  Async,
  ErrorState,
  Figures,
  LinkButton,
  Page,
  RelativeTime,
  Section,
  Skeleton,
} from "@/components/ui";
import { api } from "@/lib/api/client";
import type { Job, JobLogLine, Page as PageOf } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { formatCount, formatExact, humanize, NONE } from "@/lib/format";
import { paths, subjectPath } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { Took } from "./job-list-page";

export function JobPage() {
  const project = useProject();
  const query = useJob(useNumberParam("jobId"));
  const job = query.data;
  const subject = job && subjectPath(project.id, job.subject);
  return (
    <Page
      title={job?.title ?? "Job"}
      width="reading"
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Jobs", to: paths.jobs(project.id) },
      ]}
      actions={subject && <LinkButton to={subject}>Open {humanize(job?.subject?.type ?? "")}</LinkButton>}
    >
      {query.error && !job ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : job ? (
        <JobDetail job={job} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}

function JobDetail({ job }: { job: Job }) {
  const log = useQuery({
    queryKey: ["job-log", job.id, job.state],
    queryFn: ({ signal }) =>
      api.get<PageOf<JobLogLine>>(`/api/jobs/${job.id}/log/`, { query: { limit: 200 }, signal }),
    refetchInterval: isActive(job.state) ? 2000 : false,
    placeholderData: (before) => before,
  });
  return (
    <>
      <JobLine job={job} linkTitle={false} />
      <div className="mt-6">
        <Figures
          items={[
            { label: "Done", value: formatCount(job.done) },
            { label: "Failed", value: formatCount(job.failed) },
            { label: "Took", value: <Took job={job} /> },
            { label: "Started by", value: job.created_by?.name || job.created_by?.email || NONE },
            { label: "Created", value: <RelativeTime at={job.created_at} /> },
            { label: "Queue", value: job.queue },
          ]}
        />
      </div>
      <Section title="Log">
        <Async query={log}>
          {(page) =>
            page.results.length === 0 ? (
              <p className="text-muted">Nothing was noted yet.</p>
            ) : (
              <ol className="max-h-[60vh] overflow-auto rounded-md bg-subtle p-3 font-mono text-xs leading-5">
                {page.results.map((line, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: log lines have no id and are only appended.
                  <li key={index} className="flex gap-3 whitespace-pre-wrap">
                    <time dateTime={line.at} className="shrink-0 text-faint">
                      {formatExact(line.at)}
                    </time>
                    <span
                      className={cx(
                        "min-w-0 break-words",
                        line.level === "error" && "text-danger",
                        line.level === "warning" && "text-warn",
                      )}
                    >
                      {line.level !== "info" && <span className="uppercase">{line.level} </span>}
                      {line.message}
                    </span>
                  </li>
                ))}
              </ol>
            )
          }
        </Async>
      </Section>
    </>
  );
}
