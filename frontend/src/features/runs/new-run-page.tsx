import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { exportFormatsQuery } from "@/components/export-options";
import { Async, EmptyState, LinkButton, Page } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { baseModelsQuery, exportsQuery, launchersQuery, methodsQuery, runQuery, snapshotsQuery } from "./api";
import { startOf } from "./form";
import type { Lists } from "./lists";
import { RunFormView } from "./run-form-view";

/** A new run, or a changed copy of one (`?clone=3`). */
export function NewRunPage() {
  const project = useProject();
  const canRun = useCan("run.manage");
  const [search] = useSearchState();
  const clone = Number(search.clone) || 0;
  const parent = useQuery({ ...runQuery(clone), enabled: clone > 0, refetchInterval: false });
  return (
    <Page
      width="reading"
      title={clone ? `Clone ${parent.data?.name ?? `run ${clone}`} with changes` : "New run"}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Runs", to: paths.runs(project.id) },
      ]}
    >
      {!canRun ? (
        <EmptyState
          title="Runs are started by admins of the project"
          action={<LinkButton to={paths.runs(project.id)}>Runs</LinkButton>}
        >
          You can look at every run, its curves and its model. Ask an admin to start one.
        </EmptyState>
      ) : clone > 0 ? (
        <Async query={parent}>{(run) => <WithLists parent={run} />}</Async>
      ) : (
        <WithLists />
      )}
    </Page>
  );
}

function WithLists({ parent }: { parent?: Run }) {
  const [search] = useSearchState();
  return (
    <Loaded>
      {(lists) =>
        lists.snapshots.length === 0 ? (
          <NothingToLearnFrom />
        ) : (
          <RunFormView lists={lists} parent={parent} start={startOf(lists, search, parent)} />
        )
      }
    </Loaded>
  );
}

function Loaded({ children }: { children: (lists: Lists) => ReactNode }) {
  const project = useProject();
  const methods = useQuery(methodsQuery);
  const snapshots = useQuery(snapshotsQuery(project.id));
  const exports = useQuery(exportsQuery(project.id));
  const models = useQuery(baseModelsQuery(project.id));
  const launchers = useQuery(launchersQuery(project.id));
  const formats = useQuery(exportFormatsQuery);
  const all = [methods, snapshots, exports, models, launchers, formats];
  const lists =
    methods.data && snapshots.data && exports.data && models.data && launchers.data && formats.data
      ? {
          methods: methods.data,
          snapshots: snapshots.data.results.filter((each) => each.state === "ready"),
          exports: exports.data.results,
          models: models.data,
          launchers: launchers.data,
          formats: formats.data,
        }
      : undefined;
  return (
    <Async
      skeletonLines={8}
      query={{
        data: lists,
        error: all.find((query) => query.error)?.error ?? null,
        isPending: lists === undefined,
        refetch: () => all.map((query) => query.refetch()),
      }}
    >
      {children}
    </Async>
  );
}

function NothingToLearnFrom() {
  const project = useProject();
  return (
    <EmptyState
      title="There is no snapshot to learn from yet"
      action={
        <LinkButton to={paths.recipes(project.id)} variant="primary">
          Recipes
        </LinkButton>
      }
    >
      A run trains on a snapshot: the pairs that a recipe keeps, frozen, with a part held out for testing.
      Open a recipe and choose “Freeze snapshot”; then come back here.
    </EmptyState>
  );
}
