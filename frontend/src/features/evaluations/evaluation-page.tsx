import { useQuery, useQueryClient } from "@tanstack/react-query";
import { JobStrip } from "@/components/job-strip";
import { Async, EmptyState, Link, Page, StateBadge, Tabs } from "@/components/ui";
import { countOf, formatCount, sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { type Evaluation, evaluationQuery } from "./api";
import { Board } from "./board";
import { CompareTab } from "./compare-tab";
import { Details } from "./details";
import { Invariance } from "./invariance";
import { RowsTab } from "./rows-tab";
import { WinRatesView } from "./win-rates-view";

export const KIND_NAMES: Record<Evaluation["kind"], string> = {
  reward_accuracy: "Reward model accuracy",
  invariance: "Length and style invariance",
  implicit_reward: "Implicit reward",
  judge_win_rate: "Win rate by a judge",
  side_by_side: "Side by side",
};

export function EvaluationPage() {
  const query = useQuery(evaluationQuery(useNumberParam("evaluationId")));
  return <Async query={query}>{(evaluation) => <EvaluationView evaluation={evaluation} />}</Async>;
}

function EvaluationView({ evaluation }: { evaluation: Evaluation }) {
  const project = useProject();
  const client = useQueryClient();
  const { model, evaluation_set: on } = evaluation;
  return (
    <Page
      title={`${KIND_NAMES[evaluation.kind]} of ${model.name}`}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Models", to: paths.models(project.id) },
        { label: model.name, to: paths.model(project.id, model.id) },
      ]}
      aside={<StateBadge state={evaluation.state} />}
    >
      <p className="mb-4 text-muted">
        On{" "}
        <Link to={paths.evaluationSet(project.id, on.id)} className="underline">
          {on.name}
        </Link>
        {evaluation.against && (
          <>
            {", beside "}
            <Link to={paths.model(project.id, evaluation.against.id)} className="underline">
              {evaluation.against.name}
            </Link>
          </>
        )}
        {evaluation.judge && (
          <>
            {", judged by "}
            <Link to={paths.judge(project.id, evaluation.judge.id)} className="underline">
              {evaluation.judge.name}
            </Link>
          </>
        )}
        {evaluation.automatic && ". Started by the run that made the model"}.
      </p>
      {evaluation.job !== null && evaluation.state !== "succeeded" && (
        <JobStrip
          jobId={evaluation.job}
          onEnd={() => void client.invalidateQueries({ queryKey: ["evaluation", evaluation.id] })}
        />
      )}
      {evaluation.state === "failed" && evaluation.job === null && (
        <p role="alert" className="mt-3 text-danger">
          {evaluation.error}
        </p>
      )}
      {evaluation.state === "succeeded" && <Numbers evaluation={evaluation} />}
      {evaluation.state === "cancelled" && (
        <EmptyState title="This evaluation was cancelled">
          Resume its job to go on where it stopped; what it has read so far is kept.
        </EmptyState>
      )}
    </Page>
  );
}

function Numbers({ evaluation }: { evaluation: Evaluation }) {
  const [search, setSearch] = useSearchState();
  const isWritten = evaluation.kind === "judge_win_rate" || evaluation.kind === "side_by_side";
  return (
    <>
      <Counted evaluation={evaluation} />
      {isWritten ? (
        // What was written lies in a dataset of its own; the set's answers had no part in it.
        <WinRatesView evaluation={evaluation} />
      ) : (
        <Tabs
          label="Evaluation"
          value={search.tab ?? "numbers"}
          onChange={(tab) => setSearch({ tab })}
          items={[
            { value: "numbers", label: "Numbers", content: <OfKind evaluation={evaluation} /> },
            { value: "compare", label: "Compare", content: <CompareTab evaluation={evaluation} /> },
            { value: "items", label: "Items", content: <RowsTab evaluation={evaluation} /> },
          ]}
        />
      )}
    </>
  );
}

/** What no number may be read without: how much was counted, and what of it the model had seen. */
function Counted({ evaluation }: { evaluation: Evaluation }) {
  const { counts, leak } = evaluation;
  const failed = Object.entries(counts.reasons ?? {});
  return (
    <p className="num mb-4 max-w-[84ch]">
      {counts.scored === counts.items
        ? `All ${countOf(counts.items, "item")} counted`
        : `${formatCount(counts.scored)} of ${countOf(counts.items, "item")} counted`}
      {counts.failed > 0 && `, ${formatCount(counts.failed)} failed`}
      {failed.length > 0 &&
        ` (${failed.map(([reason, count]) => `${sentence(reason)}: ${formatCount(count)}`).join(", ")})`}
      {counts.leaked > 0 && `, ${formatCount(counts.leaked)} left out because the model was trained on them`}.{" "}
      <span className={leak.known ? "text-muted" : "text-warn"}>{leak.sentence}</span>
    </p>
  );
}

function OfKind({ evaluation }: { evaluation: Evaluation }) {
  if (evaluation.kind === "invariance") return <Invariance metrics={evaluation.metrics} />;
  return (
    <>
      <Board metrics={evaluation.metrics} />
      <Details metrics={evaluation.metrics} />
    </>
  );
}
