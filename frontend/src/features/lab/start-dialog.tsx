import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import {
  Checkbox,
  Field,
  FormDialog,
  FormError,
  Icon,
  Input,
  Link,
  NumberInput,
  Select,
} from "@/components/ui";
import { ApiError, fieldError, messageOf } from "@/lib/api/errors";
import type { Job, Recipe } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import {
  datasetsQuery,
  type LabRun,
  readyVersionsQuery,
  recipesQuery,
  startLabRun,
  versionQuery,
} from "./api";
import { bodyOf, FEWEST, type LabForm, MOST, problemsOf } from "./form";
import { FEATURES } from "./results";

interface Props {
  /** Recipes that were ticked before. */
  chosen: number[];
  /** The version that was asked for; otherwise the newest of the newest dataset. */
  asked: number | null;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

/** Which recipes, on which version, judged on what. */
export function StartDialog({ chosen, asked, onClose, onStarted }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const id = useId();
  const [form, setForm] = useState<LabForm>({
    dataset: null,
    version: null,
    recipes: chosen.slice(0, MOST),
    name: "",
    features: "embeddings",
    gold: "held_out",
    percent: "20",
    seeds: "5",
    budget: "10",
  });
  const [tried, setTried] = useState(false);
  const edit = (change: Partial<LabForm>) => setForm((before) => ({ ...before, ...change }));
  const recipes = useQuery(recipesQuery(project.id));
  const datasets = useQuery(datasetsQuery(project.id));
  const filled = (datasets.data?.results ?? []).filter((each) => each.latest_version !== null);
  const wanted = useQuery({ ...versionQuery(asked ?? 0), enabled: asked !== null });
  const dataset =
    form.dataset ?? wanted.data?.dataset ?? (asked === null || wanted.isError ? filled[0]?.id : null) ?? null;
  const versions = useQuery({ ...readyVersionsQuery(dataset ?? 0), enabled: dataset !== null });
  const version =
    form.version ?? (form.dataset === null ? wanted.data?.id : null) ?? versions.data?.[0]?.id ?? null;
  const problems = tried ? problemsOf(form, version) : {};
  const start = useMutation({
    mutationFn: (versionId: number) => startLabRun(project.id, bodyOf(form, versionId)),
    onSuccess: (job) => {
      void client.invalidateQueries({ queryKey: ["lab-runs", project.id] });
      onClose();
      onStarted(job);
    },
  });
  const submit = () => {
    setTried(true);
    if (version !== null && Object.keys(problemsOf(form, version)).length === 0) start.mutate(version);
  };
  const wrong = (name: string) => problems[name] ?? fieldError(start.error, name);
  return (
    <FormDialog
      onClose={onClose}
      size="lg"
      title="Compare recipes in the lab"
      description="Small heads learn from what each recipe keeps, equally many pairs each, beside the raw labels and pairs drawn by lot."
      submit={
        form.recipes.length < FEWEST ? "Compare recipes" : `Compare ${countOf(form.recipes.length, "recipe")}`
      }
      mutation={start}
      noValidate
      className="flex flex-col gap-5"
      onSubmit={submit}
    >
      <FormError>{unplaced(start.error)}</FormError>
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
        <div className="flex flex-col gap-5">
          <Field label="Dataset" required error={wrong("dataset_version")}>
            <Select
              value={dataset === null ? "" : String(dataset)}
              onChange={(event) => edit({ dataset: Number(event.target.value), version: null })}
              options={
                filled.length > 0
                  ? filled.map((each) => ({ value: String(each.id), label: each.name }))
                  : [{ value: "", label: "No dataset has rows yet" }]
              }
            />
          </Field>
          <Field label="Version" required>
            <Select
              value={version === null ? "" : String(version)}
              disabled={version === null}
              onChange={(event) => edit({ version: Number(event.target.value) })}
              options={(versions.data ?? []).map((each) => ({
                value: String(each.id),
                label: `v${each.number} · ${countOf(each.rows, "row")}`,
              }))}
            />
          </Field>
          <Recipes
            all={recipes.data?.results ?? []}
            chosen={form.recipes}
            problem={wrong("recipes")}
            onChange={(next) => edit({ recipes: next })}
          />
          <Field label="Name" hint="Without one it is named by its recipes." error={wrong("name")}>
            <Input
              value={form.name}
              maxLength={160}
              onChange={(event) => edit({ name: event.target.value })}
            />
          </Field>
        </div>
        <div className="flex flex-col gap-5">
          <Choice legend="The heads learn from">
            {(["embeddings", "scores"] as const).map((features) => (
              <Radio
                key={features}
                name={`${id}-features`}
                checked={form.features === features}
                onChoose={() => edit({ features })}
                label={FEATURES[features]}
                hint={FEATURE_HINTS[features]}
              />
            ))}
          </Choice>
          <Choice legend="They are judged on">
            <Radio
              name={`${id}-gold`}
              checked={form.gold === "held_out"}
              onChoose={() => edit({ gold: "held_out" })}
              label="A share of the prompts, held out by lot"
              hint="As good as the labels are: errors among them blur every difference."
            />
            {form.gold === "held_out" && (
              <Field
                label="Held out, %"
                required
                className="ml-6"
                error={wrong("gold_fraction") ?? fieldError(start.error, "gold")}
              >
                <NumberInput
                  className="max-w-24"
                  value={form.percent}
                  onChange={(event) => edit({ percent: event.target.value })}
                />
              </Field>
            )}
            <Radio
              name={`${id}-gold`}
              checked={form.gold === "adjudicated"}
              onChoose={() => edit({ gold: "adjudicated" })}
              label="Pairs with adjudicated labels"
              hint="The better choice where there are some hundred."
            />
          </Choice>
          <div className="grid grid-cols-2 gap-4">
            <Field
              label="Seeds"
              required
              hint="More seeds, narrower intervals, more time: 3 to 10."
              error={wrong("seeds")}
            >
              <NumberInput
                whole
                className="max-w-24"
                value={form.seeds}
                onChange={(event) => edit({ seeds: event.target.value })}
              />
            </Field>
            <Field
              label="Review budget, %"
              required
              hint="So many pairs people could look at again."
              error={wrong("review_budget")}
            >
              <NumberInput
                className="max-w-24"
                value={form.budget}
                onChange={(event) => edit({ budget: event.target.value })}
              />
            </Field>
          </div>
        </div>
      </div>
    </FormDialog>
  );
}

const FEATURE_HINTS: Record<LabRun["features"], string> = {
  embeddings: "Works for any texts; a worker of the ml queue computes them once.",
  scores: "Quicker, where every response was imported with numbers of its own.",
};

const FIELDS = ["recipes", "dataset_version", "name", "gold", "seeds", "review_budget"];

/** A refusal of fields that the form does not show still has to be read. */
function unplaced(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const names = Object.keys(error.fields);
  return names.length > 0 && !names.some((name) => FIELDS.includes(name)) ? messageOf(error) : undefined;
}

function Recipes({
  all,
  chosen,
  problem,
  onChange,
}: {
  all: Recipe[];
  chosen: number[];
  problem: string | undefined;
  onChange: (chosen: number[]) => void;
}) {
  const project = useProject();
  const toggle = (id: number, on: boolean) =>
    onChange(on ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <fieldset>
      <legend className="mb-1 font-medium">
        Recipes <span className="num font-normal text-muted">{chosen.length} of 2 to 6</span>
      </legend>
      <div className="flex max-h-52 flex-col gap-1.5 overflow-y-auto py-1 pl-0.5">
        {all.map((recipe) => (
          <Checkbox
            key={recipe.id}
            label={
              <>
                {recipe.name}
                <span className="num ms-2 text-sm text-muted">{countOf(recipe.steps.length, "step")}</span>
              </>
            }
            checked={chosen.includes(recipe.id)}
            disabled={chosen.length >= MOST && !chosen.includes(recipe.id)}
            onChange={(event) => toggle(recipe.id, event.target.checked)}
          />
        ))}
        {all.length < FEWEST && (
          <p className="text-sm text-muted">
            The lab compares two to six recipes. Create them under{" "}
            <Link to={paths.recipes(project.id)}>Recipes</Link>.
          </p>
        )}
      </div>
      {problem && (
        <p role="alert" className="mt-1 flex items-start gap-1 text-sm text-danger">
          <Icon name="warning" className="mt-0.5 shrink-0" />
          {problem}
        </p>
      )}
    </fieldset>
  );
}

function Choice({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">{legend}</legend>
      <div className="flex flex-col gap-2">{children}</div>
    </fieldset>
  );
}

function Radio({
  name,
  checked,
  onChoose,
  label,
  hint,
}: {
  name: string;
  checked: boolean;
  onChoose: () => void;
  label: string;
  hint: string;
}) {
  return (
    <label className="flex items-start gap-2">
      <input
        type="radio"
        name={name}
        checked={checked}
        onChange={onChoose}
        className="mt-0.5 size-4 accent-[var(--accent)]"
      />
      <span>
        {label}
        <span className="block text-sm text-muted">{hint}</span>
      </span>
    </label>
  );
}
