import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "jobs",
  component: lazyRouteComponent(() => import("./job-list-page"), "JobListPage"),
});

const detailRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "jobs/$jobId",
  component: lazyRouteComponent(() => import("./job-page"), "JobPage"),
});

export const projectRoutes = [listRoute, detailRoute] as const;
