import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute, signedInRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/projects",
  component: lazyRouteComponent(() => import("./project-list-page"), "ProjectListPage"),
});

const createProjectRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/projects/new",
  component: lazyRouteComponent(() => import("./project-create-page"), "ProjectCreatePage"),
});

const homeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/",
  component: lazyRouteComponent(() => import("./project-home-page"), "ProjectHomePage"),
});

export const signedInRoutes = [listRoute, createProjectRoute] as const;
export const projectRoutes = [homeRoute] as const;
