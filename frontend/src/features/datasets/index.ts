import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";
import { paths } from "@/lib/paths";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "datasets",
  component: lazyRouteComponent(() => import("./dataset-list-page"), "DatasetListPage"),
});

const layoutRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "datasets/$datasetId",
  component: lazyRouteComponent(() => import("./dataset-layout"), "DatasetLayout"),
});

const indexRoute = createRoute({
  getParentRoute: () => layoutRoute,
  path: "/",
  beforeLoad: ({ params, search }) => {
    throw redirect({
      to: paths.datasetTab(params.projectId, params.datasetId, "rows"),
      search: search as never,
      replace: true,
    });
  },
});

const rowsRoute = createRoute({
  getParentRoute: () => layoutRoute,
  path: "rows",
  component: lazyRouteComponent(() => import("./rows-page"), "RowsPage"),
});

const importsRoute = createRoute({
  getParentRoute: () => layoutRoute,
  path: "imports",
  component: lazyRouteComponent(() => import("./imports-page"), "ImportsPage"),
});

const versionsRoute = createRoute({
  getParentRoute: () => layoutRoute,
  path: "versions",
  component: lazyRouteComponent(() => import("./versions-page"), "VersionsPage"),
});

const signalsRoute = createRoute({
  getParentRoute: () => layoutRoute,
  path: "signals",
  component: lazyRouteComponent(() => import("./signals-page"), "SignalsPage"),
});

export const projectRoutes = [
  listRoute,
  layoutRoute.addChildren([indexRoute, rowsRoute, importsRoute, versionsRoute, signalsRoute]),
] as const;
