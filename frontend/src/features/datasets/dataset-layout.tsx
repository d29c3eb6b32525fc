import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "@/actions";
import { ActionButton, ErrorState, LinkButton, LinkTabs, Page, Select, Skeleton } from "@/components/ui";
import { countOf, formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { datasetQuery } from "./queries";
import { ResponsesDialog, WritingJob } from "./responses-dialog";
import { useChosenVersion } from "./use-version";

/** Header, version picker and tabs around the pages of one dataset. */
export function DatasetLayout() {
  const project = useProject();
  const canManage = useCan("dataset.manage");
  const id = useNumberParam("datasetId");
  const query = useQuery(datasetQuery(id));
  const { versions, chosen } = useChosenVersion();
  const [search, setSearch] = useSearchState();
  const [writing, setWriting] = useState<number | null>(null);
  const write = useAction({
    id: "datasets.write",
    label: "Write responses",
    keys: ["w"],
    group: "Dataset",
    icon: "edit",
    when: () => canManage && chosen !== undefined,
    run: () => setSearch({ write: "yes" }),
  });
  const trail = [
    { label: project.name, to: paths.project(project.id) },
    { label: "Datasets", to: paths.datasets(project.id) },
  ];
  const tab = (name: Parameters<typeof paths.datasetTab>[2]) => paths.datasetTab(project.id, id, name);

  if (!query.data) {
    return (
      <Page title="Dataset" trail={trail}>
        {query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton />}
      </Page>
    );
  }
  return (
    <Page
      title={query.data.name}
      trail={trail}
      aside={versions.length > 0 && <VersionPicker />}
      actions={
        canManage && (
          <>
            {chosen && <ActionButton action={write} />}
            <LinkButton to={tab("imports")} icon="upload">
              Import file
            </LinkButton>
          </>
        )
      }
    >
      {writing !== null && <WritingJob jobId={writing} />}
      {query.data.description && <p className="mb-4 max-w-[72ch] text-muted">{query.data.description}</p>}
      <LinkTabs
        label="Dataset"
        items={[
          { to: tab("rows"), label: "Rows", count: chosen && formatCount(chosen.rows) },
          { to: tab("signals"), label: "Signals" },
          { to: tab("imports"), label: "Imports" },
          {
            to: tab("versions"),
            label: "Versions",
            count: versions.length ? String(versions.length) : undefined,
          },
        ]}
      />
      <div className="pt-4">
        <Outlet />
      </div>
      {canManage && chosen && search.write === "yes" && (
        <ResponsesDialog
          version={chosen}
          onClose={() => setSearch({ write: undefined })}
          onStarted={(job) => setWriting(job.id)}
        />
      )}
    </Page>
  );
}

function VersionPicker() {
  const { versions, chosen } = useChosenVersion();
  const [, setSearch] = useSearchState();
  return (
    <Select
      aria-label="Version"
      className="w-auto! min-w-40"
      value={chosen ? String(chosen.number) : ""}
      onChange={(event) => setSearch({ version: event.target.value, cursor: undefined, row: undefined })}
      options={[...versions]
        .sort((a, b) => b.number - a.number)
        .map((version) => ({
          value: String(version.number),
          label:
            version.state === "ready"
              ? `v${version.number} · ${countOf(version.rows, "row")}`
              : `v${version.number} · ${version.state}`,
          disabled: version.state !== "ready",
        }))}
    />
  );
}
