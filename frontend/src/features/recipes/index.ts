import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "recipes",
  component: lazyRouteComponent(() => import("./recipe-list-page"), "RecipeListPage"),
});

const compareRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "recipes/compare",
  component: lazyRouteComponent(() => import("./compare-page"), "ComparePage"),
});

const recipeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "recipes/$recipeId",
  component: lazyRouteComponent(() => import("./recipe-page"), "RecipePage"),
});

export const projectRoutes = [listRoute, compareRoute, recipeRoute] as const;
