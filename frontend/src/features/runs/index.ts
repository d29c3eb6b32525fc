import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "runs",
  component: lazyRouteComponent(() => import("./run-list-page"), "RunListPage"),
});

const newRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "runs/new",
  component: lazyRouteComponent(() => import("./new-run-page"), "NewRunPage"),
});

const compareRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "runs/compare",
  component: lazyRouteComponent(() => import("./compare-page"), "CompareRunsPage"),
});

const runRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "runs/$runId",
  component: lazyRouteComponent(() => import("./run-page"), "RunPage"),
});

export const projectRoutes = [listRoute, newRoute, compareRoute, runRoute] as const;
