import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useListKeys } from "@/actions";
import { ActionButton, DataTable, EmptyState, Link, Page, PagedRows, RelativeTime } from "@/components/ui";
import type { Dataset } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount, NONE } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { CreateDatasetDialog } from "./create-dataset-dialog";

export function DatasetListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("dataset.manage");
  const [creating, setCreating] = useState(false);
  const list = usePaged<Dataset>(["datasets", project.id], `/api/projects/${project.id}/datasets/`);
  const open = (dataset: Dataset) => void navigate({ to: paths.dataset(project.id, dataset.id) });
  const create = useAction({
    id: "datasets.create",
    label: "Create dataset",
    keys: ["n"],
    group: "Datasets",
    icon: "plus",
    when: () => canManage,
    run: () => setCreating(true),
  });
  const { active, rowProps } = useListKeys({
    id: "datasets",
    group: "Datasets",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });

  return (
    <Page
      title="Datasets"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={canManage && !list.isEmpty && <ActionButton action={create} variant="primary" />}
    >
      <PagedRows
        list={list}
        empty={
          <EmptyState
            title="No dataset yet"
            action={canManage && <ActionButton action={create} variant="primary" />}
          >
            A dataset holds prompts with two or more responses, and every label anyone has given them. Create
            one, then drop in a file of pairs such as{" "}
            <code className="font-mono text-sm">{'{"prompt": …, "chosen": …, "rejected": …}'}</code>.
          </EmptyState>
        }
      >
        <DataTable
          caption="Datasets of this project"
          rows={list.rows}
          rowKey={(dataset) => dataset.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "name",
              header: "Dataset",
              cell: (dataset) => (
                <>
                  <Link to={paths.dataset(project.id, dataset.id)} className="font-medium text-fg">
                    {dataset.name}
                  </Link>
                  {dataset.description && (
                    <p className="line-clamp-1 text-sm text-muted">{dataset.description}</p>
                  )}
                </>
              ),
            },
            {
              key: "version",
              header: "Newest version",
              cell: (dataset) => (dataset.latest_version ? `v${dataset.latest_version.number}` : NONE),
            },
            {
              key: "rows",
              header: "Rows",
              numeric: true,
              cell: (dataset) => formatCount(dataset.latest_version?.rows),
            },
            {
              key: "created",
              header: "Created",
              cell: (dataset) => <RelativeTime at={dataset.created_at} />,
            },
          ]}
        />
      </PagedRows>
      <CreateDatasetDialog open={creating} onOpenChange={setCreating} projectId={project.id} />
    </Page>
  );
}
