import { useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { Campaign, Dataset, Page, Project, Run, Snapshot, Verb } from "@/lib/api/types";
import { paths } from "@/lib/paths";

const SHOWN = 5;

function useLatest<T>(project: Project, area: string, verb: Verb) {
  return useQuery({
    queryKey: ["overview", project.id, area],
    queryFn: ({ signal }) =>
      api.get<Page<T>>(`/api/projects/${project.id}/${area}/`, { query: { limit: SHOWN }, signal }),
    enabled: project.verbs.includes(verb),
    refetchInterval: 30_000,
  });
}

/** The newest few of everything in a project, for its overview. */
export function useOverview(project: Project) {
  return {
    datasets: useLatest<Dataset>(project, "datasets", "dataset.view"),
    campaigns: useLatest<Campaign>(project, "campaigns", "campaign.view"),
    snapshots: useLatest<Snapshot>(project, "snapshots", "recipe.view"),
    runs: useLatest<Run>(project, "runs", "run.view"),
  };
}

export interface NextStep {
  title: string;
  why: string;
  done: boolean;
  to: string;
  verb: Verb;
  action: string;
}

/** The way from nothing to a trained model; the first step not done is what to do next. */
export function nextSteps(
  project: Pick<Project, "id">,
  has: { data: boolean; campaign: boolean; labels: boolean; snapshot: boolean; run: boolean },
): NextStep[] {
  return [
    {
      title: "Import preference data",
      why: "JSONL or Parquet with a prompt and two or more responses; labels may come along.",
      done: has.data,
      to: paths.datasets(project.id),
      verb: "dataset.manage",
      action: "Import data",
    },
    {
      title: "Ask people",
      why: "A campaign shows pairs to annotators and keeps every single vote. Skip it when your data is labelled already.",
      done: has.campaign,
      to: paths.campaigns(project.id),
      verb: "campaign.manage",
      action: "Create campaign",
    },
    {
      title: "Decide what to keep",
      why: "A recipe filters pairs by strength and by reward margins; freezing it gives an immutable snapshot.",
      done: has.snapshot,
      to: paths.recipes(project.id),
      verb: "recipe.manage",
      action: "Build recipe",
    },
    {
      title: "Train on it",
      why: "Export the snapshot and start a DPO or reward-model run; its model can score the next round.",
      done: has.run,
      to: paths.runs(project.id),
      verb: "run.manage",
      action: "Start run",
    },
  ];
}
