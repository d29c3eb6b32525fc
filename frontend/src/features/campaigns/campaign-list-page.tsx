import { useNavigate } from "@tanstack/react-router";
import { useAction, useListKeys } from "@/actions";
import {
  ActionButton,
  DataTable,
  EmptyState,
  Link,
  Page,
  PagedRows,
  ProgressBar,
  RelativeTime,
} from "@/components/ui";
import { StateBadge } from "@/components/ui/badge";
import type { Campaign } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";

export function CampaignListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("campaign.manage");
  const list = usePaged<Campaign>(["campaigns", project.id], `/api/projects/${project.id}/campaigns/`);
  const open = (campaign: Campaign) => void navigate({ to: paths.campaign(project.id, campaign.id) });
  const create = useAction({
    id: "campaigns.create",
    label: "Create campaign",
    keys: ["n"],
    group: "Campaigns",
    icon: "plus",
    when: () => canManage,
    run: () => void navigate({ to: paths.newCampaign(project.id) }),
  });
  const { active, rowProps } = useListKeys({
    id: "campaigns",
    group: "Campaigns",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });

  return (
    <Page
      title="Campaigns"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={canManage && !list.isEmpty && <ActionButton action={create} variant="primary" />}
    >
      <PagedRows
        list={list}
        empty={
          <EmptyState
            title="No campaign yet"
            action={canManage && <ActionButton action={create} variant="primary" />}
          >
            A campaign asks people one set of questions about items from a dataset. Create one, queue rows
            into it, and invite the people who will judge them.
          </EmptyState>
        }
      >
        <DataTable
          caption="Campaigns of this project"
          rows={list.rows}
          rowKey={(campaign) => campaign.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "name",
              header: "Campaign",
              cell: (campaign) => (
                <Link to={paths.campaign(project.id, campaign.id)} className="font-medium text-fg">
                  {campaign.name}
                </Link>
              ),
            },
            { key: "state", header: "State", cell: (campaign) => <StateBadge state={campaign.state} /> },
            {
              key: "progress",
              header: "Progress",
              className: "min-w-40",
              cell: ({ name, progress }) => (
                <ProgressBar
                  label={`Progress of ${name}`}
                  done={progress.completed_items}
                  total={progress.items}
                />
              ),
            },
            {
              key: "items",
              header: "Items",
              numeric: true,
              cell: ({ progress }) => formatCount(progress.items),
            },
            {
              key: "completed",
              header: "Completed",
              numeric: true,
              cell: ({ progress }) => formatCount(progress.completed_items),
            },
            {
              key: "answers",
              header: "Answers",
              numeric: true,
              cell: ({ progress }) => formatCount(progress.feedback),
            },
            {
              key: "annotators",
              header: "Annotators",
              numeric: true,
              cell: ({ progress }) => formatCount(progress.annotators),
            },
            {
              key: "created",
              header: "Created",
              cell: (campaign) => <RelativeTime at={campaign.created_at} />,
            },
          ]}
        />
      </PagedRows>
    </Page>
  );
}
