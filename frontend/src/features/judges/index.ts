import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "judges",
  component: lazyRouteComponent(() => import("./judge-list-page"), "JudgeListPage"),
});

const newRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "judges/new",
  component: lazyRouteComponent(() => import("./judge-form-page"), "NewJudgePage"),
});

const judgeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "judges/$judgeId",
  component: lazyRouteComponent(() => import("./judge-page"), "JudgePage"),
});

const changeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "judges/$judgeId/change",
  component: lazyRouteComponent(() => import("./judge-form-page"), "ChangeJudgePage"),
});

export const projectRoutes = [listRoute, newRoute, judgeRoute, changeRoute] as const;
