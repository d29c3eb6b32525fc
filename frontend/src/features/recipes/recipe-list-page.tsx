import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useAction, useListKeys } from "@/actions";
import {
  ActionButton,
  DataTable,
  EmptyState,
  ErrorState,
  Link,
  LoadMore,
  Page,
  RelativeTime,
  Skeleton,
  toast,
} from "@/components/ui";
import type { Recipe } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { createRecipe } from "./api";
import { FIRST_STEPS } from "./steps";

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
  const isEmpty = !list.isPending && !list.error && list.rows.length === 0;

  return (
    <Page
      title="Recipes"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={canManage && !isEmpty && <ActionButton action={create} variant="primary" />}
    >
      {list.error && <ErrorState error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Skeleton />}
      {isEmpty && (
        <EmptyState
          title="No recipe yet"
          action={canManage && <ActionButton action={create} variant="primary" />}
        >
          A recipe says which labelled pairs are worth training on, step by step, and shows why every other
          pair is out. The first one drops ties and unclear preferences.
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <DataTable
          caption="Recipes of this project"
          rows={list.rows}
          rowKey={(recipe) => recipe.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
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
          ]}
        />
      )}
      <LoadMore list={list} />
    </Page>
  );
}
