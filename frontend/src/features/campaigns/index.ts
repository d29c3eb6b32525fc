import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute } from "@/app/roots";

const listRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "campaigns",
  component: lazyRouteComponent(() => import("./campaign-list-page"), "CampaignListPage"),
});

const createCampaignRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "campaigns/new",
  component: lazyRouteComponent(() => import("./campaign-create-page"), "CampaignCreatePage"),
});

const campaignRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "campaigns/$campaignId",
  component: lazyRouteComponent(() => import("./campaign-page"), "CampaignPage"),
});

const questionsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "campaigns/$campaignId/questions",
  component: lazyRouteComponent(() => import("./form-change-page"), "FormChangePage"),
});

export const projectRoutes = [listRoute, createCampaignRoute, campaignRoute, questionsRoute] as const;
