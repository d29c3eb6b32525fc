import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { annotatorRoute } from "@/app/roots";

const mineRoute = createRoute({
  getParentRoute: () => annotatorRoute,
  path: "/annotate",
  component: lazyRouteComponent(() => import("./my-campaigns-page"), "MyCampaignsPage"),
});

const labelRoute = createRoute({
  getParentRoute: () => annotatorRoute,
  path: "/annotate/$campaignId",
  component: lazyRouteComponent(() => import("./label-page"), "LabelPage"),
});

/** Routes in the annotator frame: `/annotate` and `/annotate/$campaignId`. */
export const annotatorRoutes = [mineRoute, labelRoute] as const;
