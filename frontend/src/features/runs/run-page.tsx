import { useQuery } from "@tanstack/react-query";
import { Async, Icon, Page, StateBadge, Tabs } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { runQuery } from "./api";
import { ArtefactsTab } from "./artefacts-tab";
import { Configuration } from "./configuration";
import { CurvesTab } from "./curves-tab";
import { DataTab } from "./data-tab";
import { EvaluationTab } from "./evaluation-tab";
import { LineageTab } from "./lineage-tab";
import { LogTab } from "./log-tab";
import { RunActions } from "./run-actions";
import { RunProgress } from "./run-progress";
import { SamplesTab } from "./samples-tab";

export function RunPage() {
  const query = useQuery(runQuery(useNumberParam("runId")));
  return <Async query={query}>{(run) => <RunView key={run.id} run={run} />}</Async>;
}

function RunView({ run }: { run: Run }) {
  const project = useProject();
  const [search, setSearch] = useSearchState();
  return (
    <Page
      title={run.name}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Runs", to: paths.runs(project.id) },
      ]}
      aside={<StateBadge state={run.state} />}
      actions={<RunActions run={run} />}
    >
      <RunProgress run={run} />
      {run.state === "failed" && run.error && (
        <p role="alert" className="mt-3 flex items-start gap-1.5 text-danger">
          <Icon name="warning" className="mt-0.5 shrink-0" />
          <span>{run.error}</span>
        </p>
      )}
      <div className="mt-6 grid gap-x-10 gap-y-8 lg:grid-cols-[280px_minmax(0,1fr)]">
        <div className="min-w-0 max-lg:order-2">
          <Configuration run={run} />
        </div>
        <div className="min-w-0">
          <Tabs
            label="Run"
            value={search.tab ?? "curves"}
            onChange={(tab) => setSearch({ tab: tab === "curves" ? undefined : tab })}
            items={[
              { value: "curves", label: "Curves", content: <CurvesTab run={run} /> },
              { value: "samples", label: "Samples", content: <SamplesTab run={run} /> },
              { value: "evaluation", label: "Evaluation", content: <EvaluationTab run={run} /> },
              { value: "data", label: "Data", content: <DataTab run={run} /> },
              { value: "logs", label: "Log", content: <LogTab run={run} /> },
              { value: "artefacts", label: "Artefacts", content: <ArtefactsTab run={run} /> },
              { value: "lineage", label: "Lineage", content: <LineageTab run={run} /> },
            ]}
          />
        </div>
      </div>
    </Page>
  );
}
