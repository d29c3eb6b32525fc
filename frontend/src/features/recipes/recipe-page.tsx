import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useReducer, useState } from "react";
import { useActions } from "@/actions";
import { JobStrip } from "@/components/job-strip";
import {
  ActionButton,
  Async,
  Badge,
  DropdownMenu,
  EmptyState,
  ErrorState,
  IconButton,
  Input,
  Link,
  LinkButton,
  MenuItem,
  Page,
  Skeleton,
  toast,
} from "@/components/ui";
import { messageOf } from "@/lib/api/errors";
import type { Job, Recipe, RecipeStep } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { recipeQuery, signalsQuery, stepKindsQuery, updateRecipe } from "./api";
import { Distributions } from "./distributions";
import { Examples } from "./examples";
import { FreezeDialog } from "./freeze-dialog";
import { Funnel } from "./funnel";
import { OtherSignals } from "./other-signals";
import { isOpenFilter, problemsOf } from "./problems";
import { StepList } from "./step-list";
import { changeSteps, historyOf, sameSteps } from "./steps";
import { useDuplicate } from "./use-duplicate";
import { usePreview } from "./use-preview";
import { useVersion, VersionChoice } from "./version-choice";
import { Warnings } from "./warnings";

export function RecipePage() {
  const query = useQuery(recipeQuery(useNumberParam("recipeId")));
  return <Async query={query}>{(recipe) => <Editor key={recipe.id} recipe={recipe} />}</Async>;
}

function Editor({ recipe }: { recipe: Recipe }) {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const canManage = useCan("recipe.manage");
  const canFreeze = useCan("snapshot.manage");
  const [history, change] = useReducer(changeSteps, recipe.steps, historyOf);
  const [name, setName] = useState(recipe.name);
  const [freezing, setFreezing] = useState(false);
  const [job, setJob] = useState<Job | null>(null);
  const choice = useVersion();
  const version = choice.version;
  const signals = useQuery({ ...signalsQuery(version?.id ?? 0), enabled: version !== null });
  const all = signals.data?.results;
  const ready = all?.filter((signal) => signal.state === "ready") ?? [];
  const kinds = useQuery(stepKindsQuery).data?.results ?? [];
  const problems = problemsOf(history.steps, kinds, all ? { ready, all } : null);
  // Filters whose values are still to be chosen keep everything, so that there is something to choose from.
  const waiting = [...problems.keys()].filter((index) => !isOpenFilter(history.steps[index] as RecipeStep));
  const preview = usePreview(version?.id ?? null, history.steps, waiting.length === 0);
  const shown = preview.data;
  const signalsPath = choice.dataset ? paths.datasetTab(project.id, choice.dataset.id, "signals") : null;
  const duplicate = useDuplicate();
  const saved = client.getQueryData(recipeQuery(recipe.id).queryKey) ?? recipe;
  const dirty = name !== saved.name || !sameSteps(history.steps, saved.steps);

  const save = useMutation({
    mutationFn: (body: Pick<Recipe, "name" | "steps">) => updateRecipe(recipe.id, body),
    onSuccess: (updated, sent) => {
      change({ kind: "saved", sent: sent.steps, steps: updated.steps });
      client.setQueryData(recipeQuery(recipe.id).queryKey, updated);
      void client.invalidateQueries({ queryKey: ["recipes", project.id] });
    },
    onError: toast.error,
  });
  const group = "Recipe";
  const actions = {
    save: {
      id: "recipe.save",
      label: dirty ? "Save" : "Saved",
      keys: ["$mod+s"],
      group,
      whileTyping: true,
      when: () => canManage && dirty && problems.size === 0 && !save.isPending,
      run: () => save.mutate({ name, steps: history.steps }),
    },
    undo: {
      id: "recipe.undo",
      label: "Undo",
      keys: ["$mod+z"],
      group,
      icon: "undo" as const,
      when: () => history.past.length > 0,
      run: () => change({ kind: "undo" }),
    },
    redo: {
      id: "recipe.redo",
      label: "Redo",
      keys: ["$mod+Shift+z"],
      group,
      when: () => history.future.length > 0,
      run: () => change({ kind: "redo" }),
    },
    freeze: {
      id: "recipe.freeze",
      label: "Freeze snapshot",
      keys: ["n"],
      group,
      when: () => canFreeze && version !== null && !dirty && problems.size === 0,
      run: () => setFreezing(true),
    },
  };
  useActions(Object.values(actions));
  const compare = () =>
    void navigate({ to: paths.compareRecipes(project.id), search: { a: String(recipe.id) } as never });

  return (
    <Page
      title={saved.name}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Recipes", to: paths.recipes(project.id) },
      ]}
      aside={dirty && <Badge tone="warn">Not saved</Badge>}
      actions={
        <>
          <ActionButton action={actions.undo} variant="ghost" />
          {history.future.length > 0 && <ActionButton action={actions.redo} variant="ghost" />}
          {canManage && <ActionButton action={actions.save} busy={save.isPending} />}
          {canFreeze && (
            <ActionButton
              action={actions.freeze}
              variant="primary"
              title={dirty ? "Save the recipe first; a snapshot is made from what is saved." : undefined}
            />
          )}
          <DropdownMenu trigger={<IconButton icon="more" label="More for this recipe" />}>
            <MenuItem onSelect={compare}>Compare with another recipe</MenuItem>
            {canManage && (
              <MenuItem icon="copy" onSelect={() => duplicate.mutate({ name, steps: history.steps })}>
                Duplicate recipe
              </MenuItem>
            )}
          </DropdownMenu>
        </>
      }
    >
      <VersionChoice choice={choice} />
      {job && (
        <div className="mt-4">
          <JobStrip jobId={job.id} onEnd={setJob} />
          {job.state === "succeeded" && job.subject && (
            <p className="pt-2">
              <Link to={paths.snapshot(project.id, job.subject.id)}>Look at the snapshot</Link>
            </p>
          )}
        </div>
      )}
      <div className="mt-6 grid gap-x-10 gap-y-8 lg:grid-cols-[400px_minmax(0,1fr)]">
        <section aria-label="Steps">
          <div className="mb-3">
            <label htmlFor="recipe-name" className="mb-1 block font-medium">
              Name
            </label>
            <Input
              id="recipe-name"
              value={name}
              maxLength={120}
              disabled={!canManage}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          {version && all && (
            <OtherSignals
              steps={history.steps}
              version={version}
              signals={all}
              signalsPath={signalsPath}
              onUse={(steps) => change({ kind: "replace", steps })}
            />
          )}
          <StepList
            steps={history.steps}
            kinds={kinds}
            signals={ready}
            signalsPath={signalsPath}
            preview={shown}
            problems={problems}
            readOnly={!canManage}
            onChange={change}
          />
        </section>
        <section aria-label="Preview" className={preview.isStale ? "min-w-0 opacity-70" : "min-w-0"}>
          {waiting.length > 0 && version !== null && (
            <p role="status" className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-warn">
              The preview waits for step {waiting.map((index) => index + 1).join(" and ")}:{" "}
              {problems.get(waiting[0] ?? 0)}
              {shown && " Below stands what the recipe did before."}
            </p>
          )}
          {version === null ? (
            choice.isPending ? (
              <Skeleton />
            ) : (
              <EmptyState
                title="No dataset to preview with"
                action={<LinkButton to={paths.datasets(project.id)}>Datasets</LinkButton>}
              >
                Import a dataset first; the funnel then shows what each step keeps.
              </EmptyState>
            )
          ) : preview.error && waiting.length === 0 ? (
            <ErrorState error={new Error(messageOf(preview.error))} onRetry={() => void preview.refetch()} />
          ) : shown ? (
            <>
              <Funnel preview={shown} />
              {shown.pairs_in === 0 && (
                <p className="pt-2 text-muted">
                  This version has no labelled pairs. Fold the votes of a campaign into a new version, or add
                  the step that makes pairs from ratings.
                </p>
              )}
              <Warnings preview={shown} />
              <Distributions
                preview={shown}
                steps={history.steps}
                readOnly={!canManage}
                onEdit={(index, patch) => change({ kind: "edit", index, patch })}
              />
              <Examples preview={shown} signals={ready} />
            </>
          ) : waiting.length > 0 ? null : (
            <Skeleton lines={6} />
          )}
        </section>
      </div>
      {version && (
        <FreezeDialog
          open={freezing}
          onOpenChange={setFreezing}
          recipe={saved}
          version={version}
          kept={shown?.kept ?? null}
          onFrozen={setJob}
        />
      )}
    </Page>
  );
}
