import { useQuery } from "@tanstack/react-query";
import { Button, EmptyState, ErrorState, Field, LinkButton, Page, Select, Skeleton } from "@/components/ui";
import { messageOf } from "@/lib/api/errors";
import type { Recipe, Signal } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { recipeQuery, recipesQuery, signalsQuery, stepKindsQuery } from "./api";
import { CompareCounts, CompareSteps } from "./compare-tables";
import { Funnel } from "./funnel";
import { usePreview } from "./use-preview";
import { useVersion, VersionChoice } from "./version-choice";
import { Warnings } from "./warnings";

/** Two recipes over the same version, side by side; the address names both, so the view can be shared. */
export function ComparePage() {
  const project = useProject();
  const [search, setSearch] = useSearchState();
  const list = useQuery(recipesQuery(project.id));
  const recipes = list.data?.results ?? [];
  const choice = useVersion();
  const idA = chosen(search.a, recipes, null);
  const idB = chosen(search.b, recipes, idA);
  const a = useSide(idA, choice.version?.id ?? null);
  const b = useSide(idB, choice.version?.id ?? null);
  const signals = useQuery({
    ...signalsQuery(choice.version?.id ?? 0),
    enabled: choice.version !== null,
  });
  const swap = () => setSearch({ a: String(idB), b: String(idA) });
  const widest = Math.max(a.preview.data?.pairs_in ?? 0, b.preview.data?.pairs_in ?? 0);

  return (
    <Page
      title="Compare recipes"
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Recipes", to: paths.recipes(project.id) },
      ]}
    >
      {list.error && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton />}
      {list.data && recipes.length < 2 && (
        <EmptyState
          title="There is nothing to compare yet"
          action={<LinkButton to={paths.recipes(project.id)}>Recipes</LinkButton>}
        >
          A comparison needs two recipes. Duplicate one, change a step, and see here what the change does.
        </EmptyState>
      )}
      {idA !== null && idB !== null && (
        <>
          <VersionChoice choice={choice} />
          <div className="mt-4 flex flex-wrap items-end gap-4">
            <Choice label="Recipe A" value={idA} recipes={recipes} onChange={(id) => setSearch({ a: id })} />
            <Choice label="Recipe B" value={idB} recipes={recipes} onChange={(id) => setSearch({ b: id })} />
            <Button onClick={swap}>Swap A and B</Button>
          </div>
          {idA === idB && (
            <p className="pt-3 text-muted">Both sides are the same recipe. Choose another one for A or B.</p>
          )}
          {choice.version === null && !choice.isPending && (
            <EmptyState
              title="No dataset to compare over"
              action={<LinkButton to={paths.datasets(project.id)}>Datasets</LinkButton>}
            >
              Import a dataset first; the funnels then show what each recipe keeps of it.
            </EmptyState>
          )}
          {a.preview.data && b.preview.data && <CompareCounts a={a.preview.data} b={b.preview.data} />}
          <Steps a={a.recipe} b={b.recipe} signals={signals.data?.results ?? []} />
          {choice.version !== null && (
            <div className="mt-8 grid gap-x-10 gap-y-8 lg:grid-cols-2">
              <SideFunnel letter="A" side={a} widest={widest} />
              <SideFunnel letter="B" side={b} widest={widest} />
            </div>
          )}
        </>
      )}
    </Page>
  );
}

/** The recipe named in the address, else the newest that is not the other one. */
function chosen(text: string | undefined, recipes: Recipe[], other: number | null): number | null {
  if (text && Number.isInteger(Number(text))) return Number(text);
  if (recipes.length < 2) return null;
  return recipes.find((each) => each.id !== other)?.id ?? null;
}

function useSide(id: number | null, version: number | null) {
  const recipe = useQuery({ ...recipeQuery(id ?? 0), enabled: id !== null });
  const preview = usePreview(version, recipe.data?.steps ?? [], recipe.data !== undefined);
  return { recipe: recipe.data, error: recipe.error ?? preview.error, preview };
}

type Side = ReturnType<typeof useSide>;

function Choice({
  label,
  value,
  recipes,
  onChange,
}: {
  label: string;
  value: number;
  recipes: Recipe[];
  onChange: (id: string) => void;
}) {
  const known = recipes.some((each) => each.id === value);
  return (
    <Field label={label} required className="min-w-64">
      <Select
        value={String(value)}
        onChange={(event) => onChange(event.target.value)}
        options={[
          ...(known ? [] : [{ value: String(value), label: `Recipe ${value}` }]),
          ...recipes.map((each) => ({ value: String(each.id), label: each.name })),
        ]}
      />
    </Field>
  );
}

function Steps({ a, b, signals }: { a?: Recipe; b?: Recipe; signals: Signal[] }) {
  const kinds = useQuery(stepKindsQuery).data?.results ?? [];
  return a && b ? <CompareSteps a={a} b={b} kinds={kinds} signals={signals} /> : null;
}

function SideFunnel({ letter, side, widest }: { letter: string; side: Side; widest: number }) {
  const project = useProject();
  const { recipe, preview, error } = side;
  return (
    <section aria-label={`Recipe ${letter}`} className="min-w-0">
      {error ? (
        <ErrorState error={new Error(`Recipe ${letter}: ${messageOf(error)}`)} />
      ) : preview.data && recipe ? (
        <>
          <Funnel preview={preview.data} title={`${letter}: ${recipe.name}`} widest={widest} />
          <Warnings preview={preview.data} />
          <p className="pt-4">
            <LinkButton to={paths.recipe(project.id, recipe.id)} size="sm">
              Open recipe {letter}
            </LinkButton>
          </p>
        </>
      ) : (
        <Skeleton lines={6} />
      )}
    </section>
  );
}
