import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "runs",
  component: lazyRouteComponent(() => import("./run-list-page"), "RunListPage"),
});

const runRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "runs/$runId",
  component: lazyRouteComponent(() => import("./run-page"), "RunPage"),
});

export const projectRoutes = [listRoute, runRoute] as const;
