import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "principles",
  component: lazyRouteComponent(() => import("./principle-list-page"), "PrincipleListPage"),
});

const principleRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "principles/$principleId",
  component: lazyRouteComponent(() => import("./principle-page"), "PrinciplePage"),
});

export const projectRoutes = [listRoute, principleRoute] as const;
