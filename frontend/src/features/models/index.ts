import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "models",
  component: lazyRouteComponent(() => import("./model-list-page"), "ModelListPage"),
});

const modelRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "models/$modelId",
  component: lazyRouteComponent(() => import("./model-page"), "ModelPage"),
});

export const projectRoutes = [listRoute, modelRoute] as const;
