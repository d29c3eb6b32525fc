import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { LineChart } from "@/components/chart";
import { JobStrip } from "@/components/job-strip";
import {
  Async,
  EmptyState,
  Link,
  LinkButton,
  Page,
  RelativeTime,
  Section,
  StateBadge,
  Tabs,
} from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { formatCount, sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { exportQuery, isRunning, logsQuery, runQuery } from "./api";
import { chartsOf } from "./metrics";
import { KIND_NAMES } from "./run-list-page";
import { useMetrics } from "./use-metrics";

export function RunPage() {
  const query = useQuery(runQuery(useNumberParam("runId")));
  return <Async query={query}>{(run) => <RunView run={run} />}</Async>;
}

function RunView({ run }: { run: Run }) {
  const project = useProject();
  const client = useQueryClient();
  const [search, setSearch] = useSearchState();
  return (
    <Page
      title={run.name}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Runs", to: paths.runs(project.id) },
      ]}
      aside={<StateBadge state={run.state} />}
      actions={
        run.model_version !== null && (
          <LinkButton to={paths.model(project.id, run.model_version)} variant="primary">
            Look at the model
          </LinkButton>
        )
      }
    >
      {run.job !== null && (
        <JobStrip
          jobId={run.job}
          onEnd={() => void client.invalidateQueries({ queryKey: ["run", run.id] })}
        />
      )}
      {run.state === "failed" && run.error && (
        <p role="alert" className="mt-3 text-danger">
          {run.error}
        </p>
      )}
      <div className="mt-6 grid gap-x-10 gap-y-8 lg:grid-cols-[260px_minmax(0,1fr)]">
        <Configuration run={run} />
        <Tabs
          label="Run"
          value={search.tab ?? "curves"}
          onChange={(tab) => setSearch({ tab })}
          items={[
            { value: "curves", label: "Curves", content: <Curves run={run} /> },
            { value: "logs", label: "Log", content: <Log run={run} /> },
            { value: "data", label: "Data", content: <Data run={run} /> },
          ]}
        />
      </div>
    </Page>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="num min-w-0 break-words">{children}</dd>
    </>
  );
}

function Configuration({ run }: { run: Run }) {
  const project = useProject();
  return (
    <aside>
      <Section title="Configuration">
        <dl className="grid grid-cols-[110px_1fr] gap-x-3 gap-y-1">
          <Fact label="Kind">{KIND_NAMES[run.kind]}</Fact>
          <Fact label="Base model">{run.base_model}</Fact>
          <Fact label="Snapshot">
            <Link to={paths.snapshot(project.id, run.snapshot)}>Snapshot {run.snapshot}</Link>
          </Fact>
          {Object.entries(run.config).map(([name, value]) => (
            <Fact key={name} label={sentence(name)}>
              {String(value)}
            </Fact>
          ))}
          <Fact label="Started by">{run.created_by?.name || run.created_by?.email}</Fact>
          <Fact label="Created">
            <RelativeTime at={run.created_at} />
          </Fact>
        </dl>
      </Section>
    </aside>
  );
}

function Curves({ run }: { run: Run }) {
  const query = useMetrics(run.id, isRunning(run.state));
  return (
    <Async query={query}>
      {(rows) =>
        rows.length === 0 ? (
          <EmptyState title={isRunning(run.state) ? "No step finished yet" : "No steps were recorded"}>
            {isRunning(run.state)
              ? "The base model is prepared first; the first time that takes a minute. Curves appear with the first step."
              : "The log says what happened."}
          </EmptyState>
        ) : (
          <div className="grid gap-8 xl:grid-cols-2">
            {chartsOf(rows).map((chart) => (
              <LineChart
                key={chart.title}
                title={chart.title}
                x={chart.x}
                xLabel="Step"
                series={chart.series}
                zeroLine={chart.zeroLine}
              />
            ))}
          </div>
        )
      }
    </Async>
  );
}

function Log({ run }: { run: Run }) {
  const query = useQuery(logsQuery(run.id, isRunning(run.state)));
  const end = useRef<HTMLPreElement>(null);
  const text = query.data?.text ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text scrolls to its end.
  useEffect(() => {
    const box = end.current;
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 120) box.scrollTop = box.scrollHeight;
  }, [text]);
  return (
    <Async query={query}>
      {() =>
        text ? (
          <pre
            ref={end}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
            tabIndex={0}
            className="max-h-[60vh] overflow-auto rounded-md bg-sunken p-4 font-mono text-sm whitespace-pre-wrap"
          >
            {text}
          </pre>
        ) : (
          <p className="text-muted">Nothing has been logged yet.</p>
        )
      }
    </Async>
  );
}

function Data({ run }: { run: Run }) {
  const project = useProject();
  const query = useQuery(exportQuery(run.export));
  return (
    <Async query={query}>
      {(data) => (
        <>
          <p>
            <Link
              to={paths.snapshot(project.id, data.snapshot)}
              search={{ tab: "exports" }}
              className="underline"
            >
              Snapshot {data.snapshot}, export {data.id}
            </Link>
            : {data.files.map((file) => `${file.name} (${formatCount(file.rows)} rows)`).join(", ")}
          </p>
          <pre className="mt-4 overflow-x-auto rounded-md bg-sunken p-4 font-mono text-sm">
            {JSON.stringify(data.manifest, null, 2)}
          </pre>
        </>
      )}
    </Async>
  );
}
