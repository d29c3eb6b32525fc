import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useListKeys } from "@/actions";
import {
  ActionButton,
  Button,
  DataTable,
  EmptyState,
  IconButton,
  Link,
  LinkButton,
  Page,
  PagedRows,
  RelativeTime,
  toast,
} from "@/components/ui";
import type { Recipe } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { createRecipe } from "./api";
import { FIRST_STEPS } from "./steps";
import { useDuplicate } from "./use-duplicate";

const MOST_IN_LAB = 6;

export function RecipeListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const canManage = useCan("recipe.manage");
  const list = usePaged<Recipe>(["recipes", project.id], `/api/projects/${project.id}/recipes/`);
  const open = (recipe: Recipe) => void navigate({ to: paths.recipe(project.id, recipe.id) });
  const make = useMutation({
    mutationFn: () =>
      createRecipe(project.id, {
        name: list.rows.length === 0 ? "Clear preferences" : `Recipe ${list.rows.length + 1}`,
        steps: FIRST_STEPS,
      }),
    onSuccess: (recipe) => {
      void client.invalidateQueries({ queryKey: ["recipes", project.id] });
      open(recipe);
    },
    onError: toast.error,
  });
  const create = useAction({
    id: "recipes.create",
    label: "Create recipe",
    keys: ["n"],
    group: "Recipes",
    icon: "plus",
    when: () => canManage && !make.isPending,
    run: () => make.mutate(),
  });
  const { active, rowProps } = useListKeys({
    id: "recipes",
    group: "Recipes",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });
  const duplicate = useDuplicate();
  // The last ones ticked, as many as the lab takes; one more takes the place of the first.
  const [picked, setPicked] = useState<number[]>([]);
  const pick = (id: number) =>
    setPicked((before) =>
      before.includes(id) ? before.filter((each) => each !== id) : [...before, id].slice(-MOST_IN_LAB),
    );
  const compare = () => {
    const [a, b] = picked.map(String);
    void navigate({ to: paths.compareRecipes(project.id), search: { a, b } as never });
  };

  return (
    <Page
      title="Recipes"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={
        !list.isEmpty && (
          <>
            {picked.length === 2 && <Button onClick={compare}>Compare the two</Button>}
            {picked.length >= 2 && canManage && (
              <LinkButton
                to={paths.lab(project.id)}
                search={{ new: "yes", recipes: picked.join(",") }}
                icon="chart"
              >
                Compare in the lab
              </LinkButton>
            )}
            {canManage && <ActionButton action={create} variant="primary" />}
          </>
        )
      }
    >
      <PagedRows
        list={list}
        empty={
          <EmptyState
            title="No recipe yet"
            action={canManage && <ActionButton action={create} variant="primary" />}
          >
            A recipe says which labelled pairs are worth training on, step by step, and shows why every other
            pair is out. The first one drops ties and unclear preferences.
          </EmptyState>
        }
      >
        <DataTable
          caption="Recipes of this project"
          rows={list.rows}
          rowKey={(recipe) => recipe.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            ...(list.rows.length > 1
              ? [
                  {
                    key: "pick",
                    header: <span className="sr-only">Compare</span>,
                    className: "w-8",
                    cell: (recipe: Recipe) => (
                      <input
                        type="checkbox"
                        aria-label={`Compare ${recipe.name}`}
                        checked={picked.includes(recipe.id)}
                        onChange={() => pick(recipe.id)}
                        className="size-4 align-middle accent-[var(--accent)]"
                      />
                    ),
                  },
                ]
              : []),
            {
              key: "name",
              header: "Recipe",
              cell: (recipe) => (
                <Link to={paths.recipe(project.id, recipe.id)} className="font-medium text-fg">
                  {recipe.name}
                </Link>
              ),
            },
            { key: "steps", header: "Steps", numeric: true, cell: (recipe) => recipe.steps.length },
            { key: "changed", header: "Changed", cell: (recipe) => <RelativeTime at={recipe.updated_at} /> },
            ...(canManage
              ? [
                  {
                    key: "more",
                    header: <span className="sr-only">Duplicate</span>,
                    numeric: true,
                    cell: (recipe: Recipe) => (
                      <IconButton
                        icon="copy"
                        size="sm"
                        label={`Duplicate ${recipe.name}`}
                        disabled={duplicate.isPending}
                        onClick={() => duplicate.mutate(recipe)}
                      />
                    ),
                  },
                ]
              : []),
          ]}
        />
        {list.rows.length > 1 && picked.length < 2 && (
          <p className="pt-3 text-sm text-muted">
            Tick two recipes to see their funnels side by side, or two to six to see in the lab which one
            helps.
          </p>
        )}
      </PagedRows>
    </Page>
  );
}
