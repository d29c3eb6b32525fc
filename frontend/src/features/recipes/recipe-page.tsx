import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useReducer, useState } from "react";
import { useActions } from "@/actions";
import { JobStrip } from "@/components/job-strip";
import {
  ActionButton,
  Async,
  Badge,
  Button,
  DropdownMenu,
  EmptyState,
  ErrorState,
  Input,
  Link,
  LinkButton,
  MenuItem,
  Page,
  Skeleton,
  toast,
} from "@/components/ui";
import { messageOf } from "@/lib/api/errors";
import type { Job, Recipe } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { recipeQuery, signalsQuery, updateRecipe } from "./api";
import { Examples } from "./examples";
import { FreezeDialog } from "./freeze-dialog";
import { Funnel } from "./funnel";
import { Histograms } from "./histograms";
import { StepCard } from "./step-card";
import { changeSteps, historyOf, newStep, problemsOf, sameSteps } from "./steps";
import { usePreview } from "./use-preview";
import { useVersion, VersionChoice } from "./version-choice";

export function RecipePage() {
  const query = useQuery(recipeQuery(useNumberParam("recipeId")));
  return <Async query={query}>{(recipe) => <Editor key={recipe.id} recipe={recipe} />}</Async>;
}

function Editor({ recipe }: { recipe: Recipe }) {
  const project = useProject();
  const client = useQueryClient();
  const canManage = useCan("recipe.manage");
  const canFreeze = useCan("snapshot.manage");
  const [history, change] = useReducer(changeSteps, recipe.steps, historyOf);
  const [name, setName] = useState(recipe.name);
  const [freezing, setFreezing] = useState(false);
  const [job, setJob] = useState<Job | null>(null);
  const choice = useVersion();
  const version = choice.version;
  const signals = useQuery({ ...signalsQuery(version?.id ?? 0), enabled: version !== null });
  const ready = signals.data?.results.filter((signal) => signal.state === "ready") ?? [];
  const problems = problemsOf(history.steps);
  const preview = usePreview(version?.id ?? null, history.steps, problems.size === 0);
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
      <div className="mt-6 grid gap-x-10 gap-y-8 xl:grid-cols-[380px_minmax(0,1fr)]">
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
          <ol className="flex flex-col border-t border-line">
            {history.steps.map((step, index) => (
              <StepCard
                // biome-ignore lint/suspicious/noArrayIndexKey: equal steps may stand in one recipe; their place is their identity.
                key={index}
                step={step}
                index={index}
                count={history.steps.length}
                signals={ready}
                problem={problems.get(index)}
                readOnly={!canManage}
                onChange={change}
              />
            ))}
          </ol>
          {canManage && (
            <div className="mt-3">
              <DropdownMenu trigger={<Button icon="plus">Add step</Button>}>
                <MenuItem onSelect={() => change({ kind: "add", step: newStep("strength") })}>
                  Keep clear preferences (strength)
                </MenuItem>
                <MenuItem
                  onSelect={() =>
                    change({ kind: "add", step: newStep("signal_margin", ready[0]?.id ?? null) })
                  }
                >
                  Filter by a signal’s margin
                </MenuItem>
                {!history.steps.some((step) => step.type === "labels") && (
                  <MenuItem onSelect={() => change({ kind: "add", step: newStep("labels") })}>
                    Choose whose labels count
                  </MenuItem>
                )}
              </DropdownMenu>
            </div>
          )}
        </section>
        <section aria-label="Preview" className={preview.isStale ? "opacity-70" : undefined}>
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
          ) : preview.error && problems.size === 0 ? (
            <ErrorState error={new Error(messageOf(preview.error))} onRetry={() => void preview.refetch()} />
          ) : preview.data ? (
            <>
              <Funnel preview={preview.data} />
              <Histograms
                preview={preview.data}
                steps={history.steps}
                onThreshold={(index, patch) => change({ kind: "edit", index, patch })}
              />
              <Examples preview={preview.data} />
            </>
          ) : (
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
          kept={preview.data?.kept ?? null}
          onFrozen={setJob}
        />
      )}
    </Page>
  );
}
