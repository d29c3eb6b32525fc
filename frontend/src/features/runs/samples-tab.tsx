import { useQuery } from "@tanstack/react-query";
import { Async, Checkbox, EmptyState, Field, Select } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { formatNumber } from "@/lib/format";
import { useSearchState } from "@/lib/use-search-state";
import { isRunning, type RunSamplesAt, samplesQuery } from "./api";
import { byPrompt, comparedSteps, type SampledPrompt, sampledSteps } from "./samples";

type Sample = RunSamplesAt["samples"][number];

/** What the model makes of the same prompts, earlier and later. */
export function SamplesTab({ run }: { run: Run }) {
  const query = useQuery(samplesQuery(run.id, isRunning(run.state)));
  return (
    <Async query={query}>
      {({ results }) => (results.length === 0 ? <NoSamples run={run} /> : <Samples results={results} />)}
    </Async>
  );
}

function NoSamples({ run }: { run: Run }) {
  const asked = Number((run.config as Record<string, unknown>).sample_prompts ?? 0) > 0;
  return (
    <EmptyState title={asked && isRunning(run.state) ? "No sample yet" : "No samples were asked for"}>
      {asked && isRunning(run.state)
        ? "The first come with the first evaluation on the test split."
        : "With the setting “Sample prompts” a run answers a few test prompts at every evaluation, so that you can read how its answers change. Clone this run with changes to set it."}
    </EmptyState>
  );
}

function Samples({ results }: { results: RunSamplesAt[] }) {
  const [search, setSearch] = useSearchState();
  const steps = sampledSteps(results);
  const [from, to] = comparedSteps(steps, search.from, search.to);
  const all = search.steps === "all";
  const options = steps.map((step) => ({ value: String(step), label: `Step ${step}` }));
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end gap-4">
        <Field label="Left" mark={false} className="w-40">
          <Select
            disabled={all}
            value={String(from)}
            options={options}
            onChange={(event) => setSearch({ from: event.target.value })}
          />
        </Field>
        <Field label="Right" mark={false} className="w-40">
          <Select
            disabled={all}
            value={String(to)}
            options={options}
            onChange={(event) => setSearch({ to: event.target.value })}
          />
        </Field>
        <Checkbox
          label="Every step"
          className="pb-1.5"
          checked={all}
          onChange={(event) => setSearch({ steps: event.target.checked ? "all" : undefined })}
        />
      </div>
      {byPrompt(results).map((each) => (
        <Prompt key={each.prompt} sampled={each} steps={all ? null : from === to ? [from] : [from, to]} />
      ))}
    </>
  );
}

function Prompt({ sampled, steps }: { sampled: SampledPrompt; steps: number[] | null }) {
  const states = steps
    ? steps.map((step) => ({ step, sample: sampled.states.find((each) => each.step === step)?.sample }))
    : sampled.states;
  return (
    <article className="border-t border-line py-4">
      <h3 dir="auto" className="mb-3 max-w-[90ch] text-base font-medium whitespace-pre-wrap">
        {sampled.prompt || "(empty prompt)"}
      </h3>
      <div className={steps ? "grid gap-x-8 gap-y-4 md:grid-cols-2" : "flex flex-col gap-4"}>
        {states.map(({ step, sample }) => (
          <div key={step} className="min-w-0">
            <h4 className="num mb-1 text-sm font-normal text-muted">Step {step}</h4>
            {sample ? <Answer sample={sample} /> : <p className="text-faint">Not sampled at this step.</p>}
          </div>
        ))}
      </div>
    </article>
  );
}

function Answer({ sample }: { sample: Sample }) {
  if (sample.scores) return <Scores scores={sample.scores} />;
  if (!sample.text?.trim()) {
    return <p className="text-faint">{sample.text ? "Nothing but blank lines." : "An empty answer."}</p>;
  }
  // As it was written: what a model in training writes is no markdown yet.
  return (
    <p dir="auto" className="max-w-[72ch] break-words whitespace-pre-wrap">
      {sample.text}
    </p>
  );
}

function Scores({ scores }: { scores: unknown }) {
  const entries = Object.entries(scores as Record<string, unknown>);
  return (
    <dl className="grid max-w-xs grid-cols-[1fr_auto] gap-x-6">
      {entries.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="num text-right">
            {typeof value === "number" ? formatNumber(value) : String(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
