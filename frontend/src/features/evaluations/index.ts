import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const setsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "evaluation-sets",
  component: lazyRouteComponent(() => import("./sets-page"), "SetsPage"),
});

const setRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "evaluation-sets/$setId",
  component: lazyRouteComponent(() => import("./set-page"), "SetPage"),
});

const evaluationRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "evaluations/$evaluationId",
  component: lazyRouteComponent(() => import("./evaluation-page"), "EvaluationPage"),
});

export const projectRoutes = [setsRoute, setRoute, evaluationRoute] as const;
