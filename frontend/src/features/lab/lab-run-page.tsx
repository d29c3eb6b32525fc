import { useQuery, useQueryClient } from "@tanstack/react-query";
import { JobStrip } from "@/components/job-strip";
import { Async, LinkButton, Page, RelativeTime, StateBadge } from "@/components/ui";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { type LabResults, type LabRun, labRunQuery } from "./api";
import { Leaderboard } from "./leaderboard";
import { goldSentence, headline } from "./results";
import { ReviewBlock } from "./review-block";
import { Setup } from "./setup";

export function LabRunPage() {
  const query = useQuery(labRunQuery(useNumberParam("labRunId")));
  return <Async query={query}>{(run) => <LabRunView run={run} />}</Async>;
}

function LabRunView({ run }: { run: LabRun }) {
  const project = useProject();
  const canManage = useCan("recipe.manage");
  const client = useQueryClient();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ["lab-run", run.id] });
    void client.invalidateQueries({ queryKey: ["lab-runs", project.id] });
  };
  return (
    <Page
      title={run.name}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Recipes", to: paths.recipes(project.id) },
        { label: "Lab", to: paths.lab(project.id) },
      ]}
      aside={<StateBadge state={run.state} />}
      actions={
        canManage && (
          <LinkButton
            to={paths.lab(project.id)}
            search={{
              new: "yes",
              recipes: run.recipes.map((recipe) => recipe.id).join(","),
              version: String(run.dataset_version),
            }}
          >
            Compare these again
          </LinkButton>
        )
      }
    >
      <p className="mb-4 text-sm text-muted">
        Started by {run.created_by.name} <RelativeTime at={run.created_at} />
      </p>
      {run.state !== "ready" && run.job !== null && <JobStrip jobId={run.job} onEnd={refresh} />}
      {run.state === "running" && (
        <p className="mt-3 max-w-[72ch] text-muted">
          Every arm trains its own heads and tunes its own regularisation, with {run.seeds} seeds. You may
          leave the page meanwhile.
        </p>
      )}
      {run.results && <Results results={run.results} />}
      <Setup run={run} />
    </Page>
  );
}

function Results({ results }: { results: LabResults }) {
  return (
    <>
      <div className="mb-6 border-y border-line py-4">
        <p className="text-lg">{headline(results.arms)}</p>
        <p className="num mt-1 text-muted">{goldSentence(results.gold)}</p>
      </div>
      <Leaderboard results={results} />
      {results.notes.length > 0 && (
        <section aria-label="What to keep in mind" className="mt-4">
          <h3 className="text-sm font-medium">What to keep in mind</h3>
          <ul className="mt-1 flex max-w-[120ch] flex-col gap-1 text-sm text-muted">
            {results.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
      <ReviewBlock results={results} />
    </>
  );
}
