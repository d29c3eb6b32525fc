import { useNavigate } from "@tanstack/react-router";
import { useAction, useListKeys } from "@/actions";
import { ActionButton, DataTable, EmptyState, Link, Page, PagedRows, RelativeTime } from "@/components/ui";
import type { Project } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { sentence } from "@/lib/format";
import { paths } from "@/lib/paths";

export function ProjectListPage() {
  const navigate = useNavigate();
  const list = usePaged<Project>(["projects"], "/api/projects/");
  const open = (project: Project) => void navigate({ to: paths.project(project.id) });
  const create = useAction({
    id: "projects.create",
    label: "Create project",
    keys: ["n"],
    group: "Projects",
    icon: "plus",
    run: () => void navigate({ to: paths.newProject() }),
  });
  const { active, rowProps } = useListKeys({
    id: "projects",
    group: "Projects",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });

  return (
    <Page title="Projects" width="reading" actions={<ActionButton action={create} variant="primary" />}>
      <PagedRows
        list={list}
        empty={
          <EmptyState title="You are in no project yet">
            A project holds datasets, the campaigns that label them, and the models trained from them. Create
            one, or ask an admin of an existing project to invite you.
          </EmptyState>
        }
      >
        <DataTable
          caption="Your projects"
          rows={list.rows}
          rowKey={(project) => project.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "name",
              header: "Project",
              cell: (project) => (
                <>
                  <Link to={paths.project(project.id)} className="font-medium text-fg">
                    {project.name}
                  </Link>
                  {project.description && (
                    <p className="line-clamp-1 text-sm text-muted">{project.description}</p>
                  )}
                </>
              ),
            },
            { key: "role", header: "Your role", cell: (project) => sentence(project.role) },
            {
              key: "created",
              header: "Created",
              cell: (project) => <RelativeTime at={project.created_at} />,
            },
          ]}
        />
      </PagedRows>
    </Page>
  );
}
