import { useQueries, useQuery } from "@tanstack/react-query";
import {
  Chip,
  EmptyState,
  ErrorState,
  Field,
  Link,
  LinkButton,
  Page,
  Section,
  Select,
  Skeleton,
  StateBadge,
  Table,
  Td,
  Th,
} from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { isRunning, runQuery, runsQuery } from "./api";
import { Charts } from "./curves-tab";
import { differencesOf } from "./differences";
import { overlaidCharts } from "./metrics";
import { idsIn, MOST_COMPARED, withId, withoutId } from "./picking";
import { useMetricsOf } from "./use-metrics";

/** Runs over each other: what was set otherwise, and every curve in one chart. The address names them. */
export function CompareRunsPage() {
  const project = useProject();
  const [search, setSearch] = useSearchState();
  const ids = idsIn(search.runs).slice(0, MOST_COMPARED);
  const queries = useQueries({ queries: ids.map((id) => runQuery(id)) });
  const runs = queries.flatMap((query) => query.data ?? []);
  const error = queries.find((query) => query.error)?.error;
  const choose = (next: number[]) => setSearch({ runs: next.join(",") });
  return (
    <Page
      title="Compare runs"
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Runs", to: paths.runs(project.id) },
      ]}
    >
      <div className="flex flex-wrap items-end gap-3">
        {ids.map((id) => (
          <Chip
            key={id}
            removeLabel={`Take run ${id} out of the comparison`}
            onRemove={() => choose(withoutId(ids, id))}
          >
            {runs.find((run) => run.id === id)?.name ?? `Run ${id}`}
          </Chip>
        ))}
        {ids.length < MOST_COMPARED && <AddRun chosen={ids} onAdd={(id) => choose(withId(ids, id))} />}
      </div>
      {error && (
        <div className="mt-4">
          <ErrorState error={error} />
        </div>
      )}
      {ids.length < 2 ? (
        <div className="mt-6">
          <EmptyState
            title="Choose two runs or more"
            action={<LinkButton to={paths.runs(project.id)}>Runs</LinkButton>}
          >
            Their settings stand beside each other where they are not the same, and their curves lie over each
            other, so that you see what a change did. Up to {MOST_COMPARED} at once.
          </EmptyState>
        </div>
      ) : runs.length < ids.length && !error ? (
        <Skeleton lines={6} />
      ) : (
        <Comparison key={ids.join(",")} runs={runs} />
      )}
    </Page>
  );
}

function AddRun({ chosen, onAdd }: { chosen: number[]; onAdd: (id: number) => void }) {
  const project = useProject();
  const list = useQuery(runsQuery(project.id));
  const others = (list.data?.results ?? []).filter((run) => !chosen.includes(run.id));
  if (others.length === 0) return null;
  return (
    <Field label="Add a run" hideLabel className="w-64">
      <Select
        value=""
        onChange={(event) => event.target.value && onAdd(Number(event.target.value))}
        options={[
          { value: "", label: "Add a run…" },
          ...others.map((run) => ({ value: String(run.id), label: `${run.name} · ${run.id}` })),
        ]}
      />
    </Field>
  );
}

function Comparison({ runs }: { runs: Run[] }) {
  const metrics = useMetricsOf(runs.map((run) => ({ id: run.id, live: isRunning(run.state) })));
  const labels = labelsOf(runs);
  const charts = overlaidCharts(
    runs.map((run, index) => ({ label: labels[index] ?? run.name, rows: metrics[index]?.data ?? [] })),
  );
  const pending = metrics.some((query) => query.isPending);
  return (
    <>
      <div className="mt-6">
        <Section title="What was set otherwise">
          <Differences runs={runs} labels={labels} />
        </Section>
      </div>
      <Section title="Curves">
        {charts.length > 0 ? (
          <Charts charts={charts} />
        ) : pending ? (
          <Skeleton />
        ) : (
          <p className="text-muted">None of these runs has finished a step yet.</p>
        )}
      </Section>
    </>
  );
}

/** Names, with the number where two runs share one. */
function labelsOf(runs: Run[]): string[] {
  return runs.map((run) =>
    runs.some((other) => other.id !== run.id && other.name === run.name)
      ? `${run.name} · ${run.id}`
      : run.name,
  );
}

function Differences({ runs, labels }: { runs: Run[]; labels: string[] }) {
  const project = useProject();
  const found = differencesOf(runs);
  return (
    <>
      <Table caption="Settings that are not the same">
        <thead>
          <tr>
            <Th>Setting</Th>
            {runs.map((run, index) => (
              <Th key={run.id}>
                <Link to={paths.run(project.id, run.id)}>{labels[index]}</Link>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <Td className="text-muted">State</Td>
            {runs.map((run) => (
              <Td key={run.id}>
                <StateBadge state={run.state} />
              </Td>
            ))}
          </tr>
          {found.map((each) => (
            <tr key={each.name}>
              <Td className="text-muted">{each.label}</Td>
              {each.values.map((value, index) => (
                <Td key={runs[index]?.id} className="num max-w-64 break-words">
                  {value}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
      {found.length === 0 && (
        <p className="pt-3 text-muted">Everything was set the same; what differs is chance alone.</p>
      )}
    </>
  );
}
