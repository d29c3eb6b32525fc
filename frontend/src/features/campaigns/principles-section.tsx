import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Markdown } from "@/components/markdown";
import { Async, Badge, Button, Link, Section } from "@/components/ui";
import type { Campaign, PrincipleText } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { campaignQuery, principlesQuery } from "./api";
import { PrinciplesDialog } from "./principles-dialog";

/** What of the project's library this campaign's people read with the guidelines. */
export function PrinciplesSection({ campaign, canManage }: { campaign: Campaign; canManage: boolean }) {
  const client = useQueryClient();
  const [choosing, setChoosing] = useState(false);
  const query = useQuery(principlesQuery(campaign.id));
  return (
    <Section
      title="Principles"
      actions={
        canManage &&
        query.data && (
          <Button size="sm" icon="edit" onClick={() => setChoosing(true)}>
            Choose principles
          </Button>
        )
      }
    >
      <Async query={query} skeletonLines={2}>
        {({ principles }) => <Chosen campaign={campaign} principles={principles} />}
      </Async>
      {choosing && query.data && (
        <PrinciplesDialog
          campaign={campaign}
          chosen={query.data.principles}
          onClose={() => setChoosing(false)}
          onSaved={(saved) => {
            client.setQueryData(principlesQuery(campaign.id).queryKey, saved);
            void client.invalidateQueries({ queryKey: campaignQuery(campaign.id).queryKey });
          }}
        />
      )}
    </Section>
  );
}

function Chosen({ campaign, principles }: { campaign: Campaign; principles: PrincipleText[] }) {
  if (principles.length === 0)
    return (
      <p className="text-muted">
        None chosen. Principles of the <Link to={paths.principles(campaign.project)}>library</Link> stand
        beside the guidelines, and each says whether it is about the item shown.
      </p>
    );
  return (
    <ol className="border-t border-line">
      {principles.map((principle) => (
        <li key={principle.id} className="border-b border-line py-2">
          <details>
            <summary className="py-1 font-medium">
              <bdi>{principle.title}</bdi>{" "}
              <span className="num font-normal text-muted">v{principle.version}</span>{" "}
              {principle.kind === "guideline" && <Badge>Guideline</Badge>}
            </summary>
            <div className="pt-1 pb-2 ps-4">
              <Markdown text={principle.text} compact />
              <p className="mt-1 text-sm">
                <Link to={paths.principle(campaign.project, principle.id)}>Open in the library</Link>
              </p>
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}
