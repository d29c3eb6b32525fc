import { useState } from "react";
import { Button, Link, PagedRows, RelativeTime } from "@/components/ui";
import type { Campaign, GuidelinesVersion } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { countOf } from "@/lib/format";
import { paths } from "@/lib/paths";
import { GuidelinesText } from "./guidelines-text";

/** Every text annotators were shown, newest first; answers name the version they were given under. */
export function GuidelinesVersions({ campaign }: { campaign: Campaign }) {
  const list = usePaged<GuidelinesVersion>(
    ["campaign", campaign.id, "guidelines-versions", campaign.guidelines_version],
    `/api/campaigns/${campaign.id}/guidelines-versions/`,
  );
  const [open, setOpen] = useState<number | null>(null);
  return (
    <PagedRows list={list}>
      <ol className="border-t border-line">
        {list.rows.map((version) => {
          const shown = open === version.version;
          return (
            <li key={version.version} className="border-b border-line py-2">
              <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
                <span className="font-medium">Version {version.version}</span>
                {version.version === campaign.guidelines_version && (
                  <span className="text-sm text-muted">shown now</span>
                )}
                {version.examples.length > 0 && (
                  <span className="num text-sm text-muted">
                    {countOf(version.examples.length, "example")}
                  </span>
                )}
                {version.principles.length > 0 && (
                  <span className="num text-sm text-muted">
                    {countOf(version.principles.length, "principle")}
                  </span>
                )}
                <span className="flex-1 text-sm text-muted">
                  <RelativeTime at={version.created_at} />
                </span>
                <Button
                  size="sm"
                  variant="ghost"
                  aria-expanded={shown}
                  onClick={() => setOpen(shown ? null : version.version)}
                >
                  {shown ? "Hide text" : "Read"}
                </Button>
              </div>
              {shown && (
                <div className="pt-3 ps-4">
                  <GuidelinesText text={version.text} examples={version.examples} />
                  <Principles campaign={campaign} principles={version.principles} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </PagedRows>
  );
}

function Principles({
  campaign,
  principles,
}: {
  campaign: Campaign;
  principles: GuidelinesVersion["principles"];
}) {
  if (principles.length === 0) return null;
  return (
    <p className="mt-3 text-sm text-muted">
      With{" "}
      {principles.map((each, index) => (
        <span key={each.id}>
          {index > 0 && ", "}
          <Link to={paths.principle(campaign.project, each.id)}>
            <bdi>{each.title}</bdi> v{each.version}
          </Link>
        </span>
      ))}
    </p>
  );
}
