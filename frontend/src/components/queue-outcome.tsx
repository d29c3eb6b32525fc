import { Figures, Link } from "@/components/ui";
import type { Job } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";

const FIGURES: { name: string; label: string; note?: string; always?: boolean }[] = [
  { name: "added", label: "Items added", always: true },
  { name: "known", label: "In the queue already" },
  { name: "unfit", label: "Left out", note: "the questions do not fit them" },
  { name: "masked", label: "Names masked", note: "rows in which a response names its model" },
  { name: "quarantined", label: "Left out for a name", note: "a response names its model" },
  {
    name: "materials_left_out",
    label: "Materials left out",
    note: "passages or rubrics that could not be read",
  },
];

/** What a finished queueing did, in numbers. */
export function QueueOutcome({ job }: { job: Job }) {
  const project = useProject();
  const result = job.result as Record<string, unknown> | null;
  if (job.state !== "succeeded" || typeof result?.added !== "number") return null;
  const items = FIGURES.flatMap(({ name, label, note, always }) => {
    const count = result[name];
    if (typeof count !== "number" || (count === 0 && !always)) return [];
    return [{ label, value: formatCount(count), ...(note && { note }) }];
  });
  // The job's own sentence says as much when all went as expected.
  if (items.length < 2) return null;
  return (
    <div className="pt-3">
      <Figures items={items} />
      <p className="pt-2 text-sm">
        <Link to={paths.job(project.id, job.id)}>See which rows in the log</Link>
      </p>
    </div>
  );
}
