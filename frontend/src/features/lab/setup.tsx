import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, Section } from "@/components/ui";
import type { RecipeStep } from "@/lib/api/types";
import { formatNumber, sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { summaryOf } from "@/lib/recipes/words";
import { useProject } from "@/lib/session";
import { datasetQuery, type LabRun, signalsQuery, stepKindsQuery, versionQuery } from "./api";
import { FEATURES, goldWords } from "./results";

/** What was compared and how, as it stood when the run began. */
export function Setup({ run }: { run: LabRun }) {
  return (
    <Section title="What was compared">
      <dl className="grid max-w-[80ch] grid-cols-[minmax(120px,180px)_1fr] gap-x-4 gap-y-1">
        <Row label="Data">
          <VersionLink id={run.dataset_version} />
        </Row>
        <Row label="Learned from">{FEATURES[run.features]}</Row>
        <Row label="Judged on">{goldWords(run.gold)}</Row>
        <Row label="Seeds">
          {run.seeds}, from {run.seed}
        </Row>
        <Row label="Review budget">{formatNumber(run.review_budget * 100)} % of the pairs</Row>
      </dl>
      <div className="mt-4 grid gap-x-8 gap-y-6 md:grid-cols-2 xl:grid-cols-3">
        {run.recipes.map((recipe) => (
          <Recipe key={recipe.id} recipe={recipe} version={run.dataset_version} />
        ))}
      </div>
    </Section>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted">{label}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}

function VersionLink({ id }: { id: number }) {
  const project = useProject();
  const version = useQuery(versionQuery(id));
  const dataset = useQuery({
    ...datasetQuery(version.data?.dataset ?? 0),
    enabled: version.data !== undefined,
  });
  if (!version.data || !dataset.data) return <>Version {id}</>;
  return (
    <Link
      to={paths.datasetTab(project.id, dataset.data.id, "rows")}
      search={{ version: String(version.data.number) }}
    >
      {dataset.data.name} v{version.data.number}
    </Link>
  );
}

function Recipe({ recipe, version }: { recipe: LabRun["recipes"][number]; version: number }) {
  const project = useProject();
  const kinds = useQuery(stepKindsQuery);
  const signals = useQuery(signalsQuery(version));
  return (
    <section aria-label={`Steps of ${recipe.name}`}>
      <h3 className="text-base">
        <Link to={paths.recipe(project.id, recipe.id)} className="text-fg">
          {recipe.name}
        </Link>
      </h3>
      <ol className="mt-1 text-sm">
        {recipe.steps.map((each, at) => {
          const step = each as RecipeStep;
          const title = kinds.data?.results.find((kind) => kind.type === step.type)?.title;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps of a run never move.
            <li key={at} className="flex gap-2 border-t border-line py-1">
              <span className="num text-faint">{at + 1}</span>
              <span className="min-w-0">
                {title ?? sentence(step.type)}
                <span className="block text-muted">{summaryOf(step, signals.data?.results ?? [])}</span>
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
