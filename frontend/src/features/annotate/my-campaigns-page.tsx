import { useQuery } from "@tanstack/react-query";
import { Async, EmptyState, LinkButton, Page, ProgressBar } from "@/components/ui";
import type { MyCampaign } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { listMyCampaigns } from "./api";

const STATES: Record<MyCampaign["state"], string | null> = {
  active: null,
  paused: "Paused",
  finished: "Finished",
};

/** `/annotate`: what I am asked to label, and how far I am. */
export function MyCampaignsPage() {
  const mine = useQuery({
    queryKey: ["my-campaigns"],
    queryFn: ({ signal }) => listMyCampaigns(signal),
    staleTime: 0,
  });
  return (
    <Page title="My campaigns" width="reading">
      <Async query={mine}>
        {(page) =>
          page.results.length === 0 ? (
            <EmptyState title="No campaign is assigned to you yet">
              When somebody adds you to a campaign it appears here, ready to start.
            </EmptyState>
          ) : (
            <ul className="border-t border-line">
              {page.results.map((campaign, index) => (
                <Row key={campaign.id} campaign={campaign} first={index === 0} />
              ))}
            </ul>
          )
        }
      </Async>
    </Page>
  );
}

function Row({ campaign, first }: { campaign: MyCampaign; first: boolean }) {
  const total = campaign.my_done + campaign.remaining_for_me;
  const open = campaign.state === "active" && campaign.remaining_for_me > 0;
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line py-4">
      <div className="min-w-0 flex-1">
        <h2 className="truncate text-base">{campaign.name}</h2>
        <p className="text-muted">
          {campaign.project.name}
          {STATES[campaign.state] && ` · ${STATES[campaign.state]}`}
        </p>
      </div>
      <div className="w-48 max-sm:w-full">
        <p className="num mb-1 text-sm text-muted">
          {campaign.my_done} of {total} answered
        </p>
        <ProgressBar label={`My progress in ${campaign.name}`} done={campaign.my_done} total={total} />
      </div>
      <LinkButton to={paths.annotateCampaign(campaign.id)} variant={first && open ? "primary" : "secondary"}>
        {open ? (campaign.my_done > 0 ? "Go on labelling" : "Start labelling") : "Look at my answers"}
      </LinkButton>
    </li>
  );
}
