import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import { Markdown } from "@/components/markdown";
import { ActionButton, Async, Badge, Button, Link, Page, Section, StateBadge, toast } from "@/components/ui";
import type { PrincipleDetail } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { archivePrinciple, principleQuery } from "./api";
import { conditionWords } from "./conditions";
import { KINDS } from "./kinds";
import { PrincipleDialog } from "./principle-dialog";
import { VersionList } from "./version-list";

export function PrinciplePage() {
  const query = useQuery(principleQuery(useNumberParam("principleId")));
  return <Async query={query}>{(principle) => <PrincipleView principle={principle} />}</Async>;
}

function PrincipleView({ principle }: { principle: PrincipleDetail }) {
  const project = useProject();
  const canManage = useCan("principle.manage");
  const [editing, setEditing] = useState(false);
  const archived = principle.archived_at !== null;
  const edit = useAction({
    id: "principle.edit",
    label: "Change",
    keys: ["e"],
    group: "Principle",
    icon: "edit",
    when: () => canManage && !archived,
    run: () => setEditing(true),
  });
  const conditions = conditionWords(principle.applies_to);
  return (
    <Page
      width="reading"
      title={principle.title}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Principles", to: paths.principles(project.id) },
      ]}
      aside={
        <>
          <span className="num text-muted">v{principle.version}</span>
          <Badge>{KINDS[principle.kind]}</Badge>
          {archived && <Badge tone="warn">Archived</Badge>}
        </>
      }
      actions={
        canManage && (
          <>
            <ArchiveButton principle={principle} />
            {!archived && <ActionButton action={edit} variant="primary" />}
          </>
        )
      }
    >
      <Markdown text={principle.text} />
      <div className="mt-8">
        <Section title="Rows it is about">
          {conditions.length === 0 ? (
            <p>Every row.</p>
          ) : (
            <ul className="list-disc ps-5">
              {conditions.map((words) => (
                <li key={words}>
                  <bdi>{words}</bdi>
                </li>
              ))}
            </ul>
          )}
        </Section>
        <Section title="Campaigns that show it">
          <Campaigns principle={principle} />
        </Section>
        <Section title="Versions">
          <VersionList versions={principle.versions} />
        </Section>
      </div>
      {editing && <PrincipleDialog principle={principle} onClose={() => setEditing(false)} />}
    </Page>
  );
}

function Campaigns({ principle }: { principle: PrincipleDetail }) {
  if (principle.campaigns.length === 0)
    return <p className="text-muted">None. A campaign’s principles are chosen beside its guidelines.</p>;
  return (
    <ul className="border-t border-line">
      {principle.campaigns.map((campaign) => (
        <li key={campaign.id} className="flex items-center gap-3 border-b border-line py-2">
          <Link to={`${paths.campaign(principle.project, campaign.id)}?tab=guidelines`}>{campaign.name}</Link>
          <StateBadge state={campaign.state} />
        </li>
      ))}
    </ul>
  );
}

function ArchiveButton({ principle }: { principle: PrincipleDetail }) {
  const client = useQueryClient();
  const archived = principle.archived_at !== null;
  const archive = useMutation({
    mutationFn: () => archivePrinciple(principle.id, !archived),
    onSuccess: (changed) => {
      client.setQueryData(principleQuery(changed.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["principles", principle.project] });
      toast.ok(
        archived
          ? "Back in the library."
          : "Archived. Judges and campaigns that use it keep it; it cannot be chosen any more.",
      );
    },
    onError: toast.error,
  });
  return (
    <Button busy={archive.isPending} onClick={() => archive.mutate()}>
      {archived ? "Bring back" : "Archive"}
    </Button>
  );
}
