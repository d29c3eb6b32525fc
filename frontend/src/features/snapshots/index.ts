import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "snapshots",
  component: lazyRouteComponent(() => import("./snapshot-list-page"), "SnapshotListPage"),
});

const snapshotRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "snapshots/$snapshotId",
  component: lazyRouteComponent(() => import("./snapshot-page"), "SnapshotPage"),
});

export const projectRoutes = [listRoute, snapshotRoute] as const;
