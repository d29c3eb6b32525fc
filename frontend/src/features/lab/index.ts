import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "lab",
  component: lazyRouteComponent(() => import("./lab-list-page"), "LabListPage"),
});

const runRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "lab/$labRunId",
  component: lazyRouteComponent(() => import("./lab-run-page"), "LabRunPage"),
});

export const projectRoutes = [listRoute, runRoute] as const;
