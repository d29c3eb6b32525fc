import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { JobLine, useActiveJobs, useJob } from "@/components/job-strip";
import { LinkButton } from "@/components/ui";
import type { Job } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { modelOf } from "./form";

/** The ids of the jobs that register models: those under way, and what became of them while the page is open. */
export function useRegistrations(): [jobs: number[], add: (job: Job) => void] {
  const project = useProject();
  const active = useActiveJobs(project.id, true);
  const [seen, setSeen] = useState<number[]>([]);
  const running = (active.data?.results ?? [])
    .filter((job) => job.kind === "model.register" && !seen.includes(job.id))
    .map((job) => job.id);
  // A job leaves the list of active ones when it ends, and its end is what people wait for.
  if (running.length > 0) setSeen([...seen, ...running]);
  return [seen, (job) => setSeen((before) => [job.id, ...before.filter((each) => each !== job.id)])];
}

/** The job's strip, and once it has succeeded, the way to the model. */
export function Registration({ jobId }: { jobId: number }) {
  const project = useProject();
  const client = useQueryClient();
  const { data: job } = useJob(jobId, () => {
    void client.invalidateQueries({ queryKey: ["models", project.id] });
    void client.invalidateQueries({ queryKey: ["base-models", project.id] });
  });
  if (!job) return <div className="h-16 border-y border-line" aria-hidden="true" />;
  const model = modelOf(job);
  return (
    <div>
      <JobLine job={job} />
      {model !== null && (
        <LinkButton to={paths.model(project.id, model)} className="mt-3">
          Open the model
        </LinkButton>
      )}
    </div>
  );
}
