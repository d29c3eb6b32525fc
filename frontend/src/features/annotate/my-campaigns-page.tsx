import { useQuery } from "@tanstack/react-query";
import { Async, EmptyState, LinkButton, Page, ProgressBar } from "@/components/ui";
import type { MyCampaign } from "@/lib/api/types";
import { formatMs } from "@/lib/format";
import { msg, useT } from "@/lib/i18n";
import { paths } from "@/lib/paths";
import { listMyCampaigns } from "./api";
import { RefusedAnswers, SendingStatus } from "./sending-status";
import { useOutbox } from "./use-label-session";

const STATES: Record<MyCampaign["state"], string | null> = {
  active: null,
  paused: msg("Paused"),
  finished: msg("Finished"),
};

/** `/annotate`: what I am asked to label, and how far I am. */
export function MyCampaignsPage() {
  const t = useT();
  const mine = useQuery({
    queryKey: ["my-campaigns"],
    queryFn: ({ signal }) => listMyCampaigns(signal),
    staleTime: 0,
  });
  // What an earlier visit could not send goes out from here as well.
  const { outbox, sending } = useOutbox();
  const unsent = sending.waiting + sending.refused.length > 0;
  return (
    <Page title={t("My campaigns")} width="reading">
      {unsent && (
        <div className="mb-3">
          <RefusedAnswers outbox={outbox} state={sending} />
          <SendingStatus outbox={outbox} state={sending} />
        </div>
      )}
      <Async query={mine}>
        {(page) =>
          page.results.length === 0 ? (
            <EmptyState title={t("No campaign is assigned to you yet")}>
              {t("When somebody adds you to a campaign it appears here, ready to start.")}
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
  const t = useT();
  const total = campaign.my_done + campaign.remaining_for_me;
  const open = campaign.state === "active" && campaign.remaining_for_me > 0;
  const state = STATES[campaign.state];
  const median = campaign.my_median_active_ms;
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line py-4">
      <div className="min-w-0 flex-1">
        <h2 className="truncate text-base">{campaign.name}</h2>
        <p className="text-muted">
          {campaign.project.name}
          {state && ` · ${t(state)}`}
        </p>
        <p className="num text-sm text-muted">
          {t("{{count}} today", { count: campaign.my_today })}
          {median !== null && ` · ${t("{{time}} on an item, usually", { time: formatMs(median) })}`}
          {` · ${t("Team: {{done}} of {{total}}", { done: campaign.completed_items, total: campaign.items })}`}
        </p>
      </div>
      <div className="w-48 max-sm:w-full">
        <p className="num mb-1 text-sm text-muted">
          {t("{{done}} of {{total}} answered", { done: campaign.my_done, total })}
        </p>
        <ProgressBar
          label={t("My progress in {{campaign}}", { campaign: campaign.name })}
          done={campaign.my_done}
          total={total}
        />
      </div>
      <LinkButton to={paths.annotateCampaign(campaign.id)} variant={first && open ? "primary" : "secondary"}>
        {open
          ? campaign.my_done > 0
            ? t("Go on labelling")
            : t("Start labelling")
          : t("Look at my answers")}
      </LinkButton>
    </li>
  );
}
