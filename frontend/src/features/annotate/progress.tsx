import { useState } from "react";
import { ProgressBar } from "@/components/ui";
import type { MyCampaign } from "@/lib/api/types";
import { useT } from "@/lib/i18n";

/** How far I am today and in all, and how far everybody is. `answered` are those of this visit. */
export function BarProgress({ campaign, answered }: { campaign: MyCampaign; answered: number }) {
  const t = useT();
  // As it was when the page opened: the server's numbers are fetched again now and then and include this visit.
  const [start] = useState(campaign);
  const done = start.my_done + answered;
  const total = Math.max(done, start.my_done + start.remaining_for_me);
  const team = Math.min(campaign.items, campaign.completed_items);
  return (
    <div className="flex min-w-0 shrink-0 items-center gap-3">
      <span className="num text-muted">
        <span className="sm:hidden">{`${done} / ${total}`}</span>
        <span className="max-sm:hidden">{t("{{done}} of {{total}}", { done, total })}</span>
      </span>
      <div className="w-28 max-md:hidden">
        <ProgressBar label={t("My progress")} done={done} total={total} />
      </div>
      <span className="num text-muted max-md:hidden">
        {t("{{count}} today", { count: start.my_today + answered })}
      </span>
      <span
        className="num text-faint max-lg:hidden"
        title={t("Items answered by as many people as are asked, by anybody")}
      >
        {t("Team: {{done}} of {{total}}", { done: team, total: campaign.items })}
      </span>
    </div>
  );
}
