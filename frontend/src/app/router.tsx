import { createRoute, createRouter, redirect } from "@tanstack/react-router";
import * as account from "@/features/account";
import * as annotate from "@/features/annotate";
import * as campaigns from "@/features/campaigns";
import * as datasets from "@/features/datasets";
import * as jobs from "@/features/jobs";
import * as members from "@/features/members";
import * as models from "@/features/models";
import * as projects from "@/features/projects";
import * as recipes from "@/features/recipes";
import * as runs from "@/features/runs";
import * as snapshots from "@/features/snapshots";
import { createQueryClient } from "@/lib/api/query-client";
import type { Me } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { meQuery } from "@/lib/session";
import { readSetting } from "@/lib/storage";
import { ErrorPage, NotFoundPage } from "./error-boundary";
import { annotatorRoute, projectRoute, publicRoute, rootRoute, sessionRoute, signedInRoute } from "./roots";

export const queryClient = createQueryClient();

const homeRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: "/",
  loader: async ({ context }) => {
    throw redirect({ to: landing(await context.queryClient.ensureQueryData(meQuery)) });
  },
});

/** Where a person starts: labelling, the project they were in last, their only project, or the list. */
export function landing(me: Me): string {
  const working = me.memberships.filter((each) => each.role !== "annotator");
  if (working.length === 0 && me.memberships.length > 0) return paths.annotate();
  const last = working.find((each) => String(each.project.id) === readSetting("last-project"));
  const chosen = last ?? (working.length === 1 ? working[0] : undefined);
  return chosen ? paths.project(chosen.project.id) : paths.projects();
}

const routeTree = rootRoute.addChildren([
  publicRoute.addChildren([...members.publicRoutes]),
  sessionRoute.addChildren([
    homeRoute,
    signedInRoute.addChildren([...projects.signedInRoutes, ...account.signedInRoutes]),
    projectRoute.addChildren([
      ...projects.projectRoutes,
      ...members.projectRoutes,
      ...datasets.projectRoutes,
      ...campaigns.projectRoutes,
      ...recipes.projectRoutes,
      ...snapshots.projectRoutes,
      ...runs.projectRoutes,
      ...models.projectRoutes,
      ...jobs.projectRoutes,
    ]),
    annotatorRoute.addChildren([...annotate.annotatorRoutes]),
  ]),
]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
  // Plain query strings: "?outcome=tie&n_labels=2", every value a string.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(search)) {
      if (value !== undefined && value !== "") params.set(name, String(value));
    }
    const text = params.toString();
    return text ? `?${text}` : "";
  },
});
