import { createRoute, createRouter, redirect } from "@tanstack/react-router";
import * as account from "@/features/account";
import * as annotate from "@/features/annotate";
import * as campaigns from "@/features/campaigns";
import * as datasets from "@/features/datasets";
import * as evaluations from "@/features/evaluations";
import * as jobs from "@/features/jobs";
import * as judges from "@/features/judges";
import * as lab from "@/features/lab";
import * as members from "@/features/members";
import * as models from "@/features/models";
import * as principles from "@/features/principles";
import * as projects from "@/features/projects";
import * as recipes from "@/features/recipes";
import * as runs from "@/features/runs";
import * as snapshots from "@/features/snapshots";
import { createQueryClient } from "@/lib/api/query-client";
import { meQuery } from "@/lib/session";
import { ErrorPage, NotFoundPage } from "./error-boundary";
import { landing } from "./landing";
import { annotatorRoute, projectRoute, publicRoute, rootRoute, sessionRoute, signedInRoute } from "./roots";

export const queryClient = createQueryClient();

const homeRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: "/",
  loader: async ({ context }) => {
    throw redirect({ to: landing(await context.queryClient.ensureQueryData(meQuery)) });
  },
});

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
      ...principles.projectRoutes,
      ...recipes.projectRoutes,
      ...lab.projectRoutes,
      ...snapshots.projectRoutes,
      ...runs.projectRoutes,
      ...models.projectRoutes,
      ...evaluations.projectRoutes,
      ...judges.projectRoutes,
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
