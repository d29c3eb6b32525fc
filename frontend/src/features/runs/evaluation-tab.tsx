import { useQuery } from "@tanstack/react-query";
import { type Interval, IntervalChart, SHARES } from "@/components/chart";
import { JobStrip } from "@/components/job-strip";
import { Async, EmptyState, Field, Figures, LinkButton, Section, Select, StateBadge } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { countOf, formatCount, formatNumber, formatPercent, sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { type Evaluation, evaluationsQuery, isRunning, runQuery, runsQuery } from "./api";
import { counterpartOf, furtherOf, sharesOf } from "./evaluations";

/** What the run's model was measured at, each number with its interval, beside another run's. */
export function EvaluationTab({ run }: { run: Run }) {
  if (run.model_version === null) {
    return (
      <EmptyState title="Nothing to evaluate yet">
        {isRunning(run.state)
          ? "When the run succeeds its model is registered and evaluated on the snapshot’s held-out pairs at once. What the trainer measures on the way is among the curves."
          : "The run made no model."}
      </EmptyState>
    );
  }
  return <OfModel run={run} model={run.model_version} />;
}

function OfModel({ run, model }: { run: Run; model: number }) {
  const project = useProject();
  const [search, setSearch] = useSearchState();
  const query = useQuery(evaluationsQuery(model));
  const others = (useQuery(runsQuery(project.id)).data?.results ?? []).filter(
    (each) => each.id !== run.id && each.model_version !== null,
  );
  const beside = Number(search.beside ?? run.parent ?? 0) || 0;
  const other = useQuery({ ...runQuery(beside), enabled: beside > 0, refetchInterval: false }).data;
  const otherModel = other?.model_version ?? null;
  const otherEvaluations = useQuery({
    ...evaluationsQuery(otherModel ?? 0),
    enabled: otherModel !== null,
  }).data?.results;
  return (
    <Async query={query}>
      {({ results }) =>
        results.length === 0 ? (
          <EmptyState
            title="Not evaluated yet"
            action={<LinkButton to={paths.model(project.id, model)}>Open the model</LinkButton>}
          >
            On the model’s page it is evaluated on held-out pairs or on a benchmark file, and compared with
            others by the paired bootstrap.
          </EmptyState>
        ) : (
          <>
            <div className="mb-4 flex flex-wrap items-end gap-4">
              {others.length > 0 && (
                <Field label="Beside" mark={false} className="w-72">
                  <Select
                    value={beside ? String(beside) : ""}
                    onChange={(event) => setSearch({ beside: event.target.value || "none" })}
                    options={[
                      { value: "", label: "No other run" },
                      ...others.map((each) => ({
                        value: String(each.id),
                        label: `${each.name} · ${each.id}`,
                      })),
                    ]}
                  />
                </Field>
              )}
              <LinkButton to={paths.model(project.id, model)}>Evaluate on more</LinkButton>
            </div>
            {results.map((each) => (
              <OneEvaluation
                key={each.id}
                evaluation={each}
                run={run}
                other={other}
                counterpart={counterpartOf(each, otherEvaluations ?? [])}
                onEnd={() => void query.refetch()}
              />
            ))}
          </>
        )
      }
    </Async>
  );
}

function OneEvaluation({
  evaluation,
  run,
  other,
  counterpart,
  onEnd,
}: {
  evaluation: Evaluation;
  run: Run;
  other: Run | undefined;
  counterpart: Evaluation | undefined;
  onEnd: () => void;
}) {
  const project = useProject();
  const { counts, leak } = evaluation;
  const shares = sharesOf(evaluation);
  const further = furtherOf(evaluation);
  const beside = new Map((counterpart ? sharesOf(counterpart) : []).map((each) => [each.key, each.value]));
  const title = `${sentence(evaluation.kind)} on ${evaluation.evaluation_set.name}`;
  return (
    <Section
      title={title}
      actions={
        <>
          {(evaluation.state === "failed" || evaluation.state === "cancelled") && (
            <StateBadge state={evaluation.state} />
          )}
          <LinkButton size="sm" to={paths.evaluation(project.id, evaluation.id)}>
            Open
          </LinkButton>
        </>
      }
    >
      {(evaluation.state === "queued" || evaluation.state === "running") && evaluation.job !== null && (
        <JobStrip jobId={evaluation.job} onEnd={onEnd} />
      )}
      {evaluation.state === "failed" && <p className="text-danger">{evaluation.error}</p>}
      {evaluation.state === "succeeded" && (
        <>
          <p className="num mb-3 max-w-[80ch] text-sm text-muted">
            {countOf(counts.scored, "item")} counted
            {counts.failed > 0 && `, ${formatCount(counts.failed)} failed`}
            {counts.leaked > 0 &&
              `, ${formatCount(counts.leaked)} left out because the model was trained on them`}
            . {leak.sentence}
          </p>
          {shares.length > 0 && (
            <IntervalChart
              title={`${title}, by scenario`}
              scale={SHARES}
              reference={0.5}
              names={counterpart && other ? { value: run.name, other: other.name } : undefined}
              rows={shares.map((each) => ({
                key: each.key,
                label: each.label,
                value: each.value,
                other: counterpart ? (beside.get(each.key) ?? NOTHING) : undefined,
                count: each.n === null ? undefined : countOf(each.n, "item"),
              }))}
              format={shareWords}
              formatTick={(value) => formatPercent(value)}
            />
          )}
          {further.length > 0 && (
            <div className="mt-4">
              <Figures
                items={further.map((each) => ({
                  label: each.label,
                  value: formatNumber(each.value.estimate),
                  note:
                    each.value.low !== null && each.value.high !== null
                      ? `${formatNumber(each.value.low)} to ${formatNumber(each.value.high)}`
                      : undefined,
                }))}
              />
            </div>
          )}
        </>
      )}
    </Section>
  );
}

const NOTHING: Interval = { estimate: null, low: null, high: null };

const shareWords = ({ estimate, low, high }: Interval) =>
  estimate === null
    ? "not measured"
    : low === null || high === null
      ? formatPercent(estimate, 1)
      : `${formatPercent(estimate, 1)} (${formatPercent(low, 1)} to ${formatPercent(high, 1)})`;
