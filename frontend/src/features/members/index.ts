import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { projectRoute, publicRoute } from "@/app/roots";

const membersRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "members",
  component: lazyRouteComponent(() => import("./member-list-page"), "MemberListPage"),
});

const invitationRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: "/invitations/$token",
  component: lazyRouteComponent(() => import("./invitation-page"), "InvitationPage"),
});

export const projectRoutes = [membersRoute] as const;
export const publicRoutes = [invitationRoute] as const;
