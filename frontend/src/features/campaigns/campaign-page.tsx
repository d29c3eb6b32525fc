import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import { JobStrip } from "@/components/job-strip";
import { QueueOutcome } from "@/components/queue-outcome";
import {
  ActionButton,
  Async,
  Button,
  Confirm,
  Figures,
  Link,
  LinkButton,
  Page,
  ProgressBar,
  Tabs,
  toast,
} from "@/components/ui";
import { StateBadge } from "@/components/ui/badge";
import type { Campaign, Job } from "@/lib/api/types";
import { countOf, formatCount, formatPercent } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useMe, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { AnnotatorsTab } from "./annotators-tab";
import { annotatorsQuery, campaignQuery, foldVotes, updateCampaign, versionQuery } from "./api";
import { DiscussionTab } from "./discussion-tab";
import { GuidelinesTab } from "./guidelines-tab";
import { QualityTab } from "./quality-tab";
import { QueueDialog } from "./queue-dialog";
import { VotesTab } from "./votes-tab";

export function CampaignPage() {
  const id = useNumberParam("campaignId");
  const query = useQuery(campaignQuery(id));
  return <Async query={query}>{(campaign) => <CampaignView campaign={campaign} />}</Async>;
}

function CampaignView({ campaign }: { campaign: Campaign }) {
  const project = useProject();
  const canManage = useCan("campaign.manage");
  const client = useQueryClient();
  const [search, setSearch] = useSearchState();
  const [queueing, setQueueing] = useState(false);
  const [job, setJob] = useState<Job | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: ["campaign", campaign.id] });

  const queue = useAction({
    id: "campaign.queue",
    label: "Queue rows",
    keys: ["n"],
    group: "Campaign",
    icon: "plus",
    when: () => canManage && campaign.state !== "finished",
    run: () => setQueueing(true),
  });
  const fold = useMutation({
    mutationFn: () => foldVotes(campaign.id),
    onSuccess: setJob,
    onError: toast.error,
  });
  const foldAction = useAction({
    id: "campaign.fold",
    label: "Fold votes into a new version",
    group: "Campaign",
    icon: "download",
    when: () => canManage && campaign.progress.feedback > 0 && !fold.isPending,
    run: () => fold.mutate(),
  });
  const empty = campaign.progress.items === 0;

  return (
    <Page
      title={campaign.name}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Campaigns", to: paths.campaigns(project.id) },
      ]}
      aside={<StateBadge state={campaign.state} />}
      actions={
        <>
          <LabelLink campaign={campaign} />
          {canManage && <StateButtons campaign={campaign} />}
          {canManage && !empty && <ActionButton action={foldAction} />}
          {canManage && <ActionButton action={queue} variant={empty ? "primary" : "secondary"} />}
        </>
      }
    >
      <Progress campaign={campaign} />
      {job && (
        <div className="mt-4">
          <JobStrip
            jobId={job.id}
            onEnd={(ended) => {
              setJob(ended);
              refresh();
            }}
          />
          <QueueOutcome job={job} />
          <ResultLink job={job} />
        </div>
      )}
      <div className="mt-6">
        <Tabs
          label="Campaign"
          value={search.tab ?? "annotators"}
          onChange={(tab) => setSearch({ tab, answer: undefined, item: undefined, comment: undefined })}
          items={[
            {
              value: "annotators",
              label: "Annotators",
              content: <AnnotatorsTab campaign={campaign} canManage={canManage} />,
            },
            { value: "quality", label: "Quality", content: <QualityTab campaign={campaign} /> },
            { value: "votes", label: "Answers", content: <VotesTab campaign={campaign} /> },
            {
              value: "discussion",
              label: "Flags and comments",
              content: <DiscussionTab campaign={campaign} />,
            },
            {
              value: "guidelines",
              label: "Guidelines and questions",
              content: <GuidelinesTab campaign={campaign} canManage={canManage} />,
            },
          ]}
        />
      </div>
      <QueueDialog open={queueing} onOpenChange={setQueueing} campaign={campaign} onQueued={setJob} />
    </Page>
  );
}

function Progress({ campaign }: { campaign: Campaign }) {
  const { progress, overlap } = campaign;
  const share = progress.items ? progress.completed_items / progress.items : null;
  return (
    <div className="flex flex-col gap-3 border-y border-line py-4">
      <Figures
        items={[
          { label: "Items", value: formatCount(progress.items), note: `${countOf(overlap, "answer")} each` },
          {
            label: "Completed",
            value: formatCount(progress.completed_items),
            note: share === null ? "Queue rows to begin" : formatPercent(share),
          },
          { label: "Answers", value: formatCount(progress.feedback) },
          { label: "Being labelled now", value: formatCount(progress.active_leases) },
          { label: "Skips", value: formatCount(progress.skips) },
          { label: "Annotators", value: formatCount(progress.annotators) },
        ]}
      />
      <ProgressBar label="Completed items" done={progress.completed_items} total={progress.items} />
    </div>
  );
}

/** Where a finished fold-back leads: `result.versions` holds the ids of the versions it made. */
function ResultLink({ job }: { job: Job }) {
  const versions = (job.result as { versions?: number[] } | null)?.versions ?? [];
  return versions.map((id) => <VersionLink key={id} id={id} />);
}

function VersionLink({ id }: { id: number }) {
  const project = useProject();
  const { data: version } = useQuery(versionQuery(id));
  if (!version) return null;
  return (
    <p className="pt-2">
      <Link to={paths.dataset(project.id, version.dataset)} search={{ version: String(version.number) }}>
        Look at version {version.number} of the dataset
      </Link>
    </p>
  );
}

function LabelLink({ campaign }: { campaign: Campaign }) {
  const me = useMe();
  const { data } = useQuery(annotatorsQuery(campaign.id));
  if (!data?.results.some((annotator) => annotator.user.id === me.id)) return null;
  return (
    <LinkButton to={paths.annotateCampaign(campaign.id)} icon="edit">
      Label
    </LinkButton>
  );
}

function StateButtons({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (state: Campaign["state"]) => updateCampaign(campaign.id, { state }),
    onSuccess: (changed) => client.setQueryData(campaignQuery(campaign.id).queryKey, changed),
    onError: toast.error,
  });
  if (campaign.state === "finished")
    return <Button onClick={() => change.mutate("active")}>Open again</Button>;
  return (
    <>
      {campaign.state === "active" ? (
        <Button icon="pause" onClick={() => change.mutate("paused")}>
          Pause
        </Button>
      ) : (
        <Button icon="play" onClick={() => change.mutate("active")}>
          Go on
        </Button>
      )}
      <Confirm
        trigger={(ask) => <Button onClick={ask}>Finish</Button>}
        title="Finish this campaign?"
        description="Nobody gets further items. Answers are kept, and you can open it again."
        confirm="Finish campaign"
        variant="primary"
        onConfirm={() => change.mutateAsync("finished")}
      />
    </>
  );
}
