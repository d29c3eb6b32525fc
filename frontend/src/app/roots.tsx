import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { paths } from "@/lib/paths";
import { meQuery, projectQuery } from "@/lib/session";
import { writeSetting } from "@/lib/storage";
import { ErrorPage, NotFoundPage } from "./error-boundary";
import { AnnotatorFrame } from "./frame/annotator-frame";
import { Keyboard } from "./keyboard";

/** The parents under which features hang their routes. */

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: () => (
    <>
      <Keyboard />
      <Outlet />
    </>
  ),
  errorComponent: ErrorPage,
  notFoundComponent: NotFoundPage,
});

/** No session needed: accepting an invitation. */
export const publicRoute = createRoute({ getParentRoute: () => rootRoute, id: "public" });

const sessionRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "session",
  loader: ({ context }) => context.queryClient.ensureQueryData(meQuery),
});

/** Signed in, outside any project: project list, account. Has the header without project navigation. */
export const signedInRoute = createRoute({
  getParentRoute: () => sessionRoute,
  id: "signed-in",
  component: lazyRouteComponent(() => import("./frame/frame"), "SignedInFrame"),
});

/** Inside a project: `/projects/$projectId/…`, with the full header. Child paths are relative to it. */
export const projectRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: "/projects/$projectId",
  component: lazyRouteComponent(() => import("./frame/frame"), "ProjectFrame"),
  notFoundComponent: NotFoundPage,
  loader: async ({ context, params }) => {
    const id = Number(params.projectId);
    const project = await context.queryClient.ensureQueryData(projectQuery(id));
    writeSetting("last-project", String(id));
    // People who only annotate have no use for these pages and may not read them.
    if (!project.verbs.includes("campaign.view")) throw redirect({ to: paths.annotate() });
    return project;
  },
});

/** The emptier frame for people who label: `/annotate…`. Pages fill its bar through `<AnnotatorBar>`. */
export const annotatorRoute = createRoute({
  getParentRoute: () => sessionRoute,
  id: "annotator",
  component: AnnotatorFrame,
});

export { sessionRoute };
