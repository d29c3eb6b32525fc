import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { toast } from "@/components/ui";
import type { Recipe } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { createRecipe } from "./api";

const LONGEST = 120;

export function copyName(name: string): string {
  const ending = " (copy)";
  return `${name.slice(0, LONGEST - ending.length)}${ending}`;
}

/** A second recipe with the same steps, opened at once. */
export function useDuplicate() {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ name, steps }: Pick<Recipe, "name" | "steps">) =>
      createRecipe(project.id, { name: copyName(name), steps }),
    onSuccess: (recipe) => {
      void client.invalidateQueries({ queryKey: ["recipes", project.id] });
      toast.ok(`“${recipe.name}” was made.`);
      void navigate({ to: paths.recipe(project.id, recipe.id) });
    },
    onError: toast.error,
  });
}
