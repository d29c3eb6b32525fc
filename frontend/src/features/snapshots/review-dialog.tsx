import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { JobStrip } from "@/components/job-strip";
import { QueueOutcome } from "@/components/queue-outcome";
import { Async, Button, Dialog, Field, FormError, Input, Link, LinkButton, Select } from "@/components/ui";
import { fieldError, formError } from "@/lib/api/errors";
import type { Campaign, Job, Snapshot } from "@/lib/api/types";
import { countOf, formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { campaignsQuery, paceQuery, sendToReview } from "./api";
import { costWords, limitOf, openCampaigns, reviewCost } from "./review";

/** What is being sent where. */
export interface Sending {
  job: Job;
  campaign: Campaign;
}

interface Props {
  snapshot: Snapshot;
  onClose: () => void;
  onSent: (sending: Sending) => void;
}

/** From what a recipe doubts to people who can tell, with the price in votes. */
export function ReviewDialog({ snapshot, onClose, onSent }: Props) {
  const form = useId();
  const project = useProject();
  const campaigns = useQuery(campaignsQuery(project.id));
  const open = openCampaigns(campaigns.data?.results ?? []);
  const [picked, setPicked] = useState("");
  const [text, setText] = useState("");
  const campaign = open.find((each) => String(each.id) === picked) ?? open[0];
  const limit = limitOf(text);
  const pace = useQuery({ ...paceQuery(campaign?.id ?? 0), enabled: campaign !== undefined });
  const send = useMutation({
    mutationFn: (to: Campaign) => sendToReview(snapshot.id, { campaign: to.id, limit: limit ?? null }),
    onSuccess: (job, to) => {
      onSent({ job, campaign: to });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (campaign && limit !== undefined) send.mutate(campaign);
  };
  const median = pace.data?.median_active_ms ?? null;
  const cost =
    campaign && limit !== undefined
      ? reviewCost(snapshot.counts.review, limit, campaign.overlap, median)
      : null;

  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title="Send review pairs to a campaign"
      description={`${countOf(snapshot.counts.review, "pair")} of this snapshot ${snapshot.counts.review === 1 ? "was" : "were"} set aside because the recipe could not decide. People can.`}
      footer={
        campaign && (
          <Button type="submit" form={form} variant="primary" busy={send.isPending} disabled={!cost}>
            Send {cost ? countOf(cost.rows, "row") : "rows"}
          </Button>
        )
      }
    >
      <Async query={campaigns}>
        {() =>
          campaign ? (
            <form id={form} onSubmit={submit} className="flex flex-col gap-4">
              <FormError>{formError(send.error)}</FormError>
              <Field label="Campaign" required error={fieldError(send.error, "campaign")}>
                <Select
                  value={String(campaign.id)}
                  onChange={(event) => setPicked(event.target.value)}
                  options={open.map((each) => ({ value: String(each.id), label: campaignWords(each) }))}
                />
              </Field>
              <Field
                label="At most"
                hint="Rows, in the order of the dataset; empty for all."
                error={limit === undefined ? "Give a whole number above 0." : fieldError(send.error, "limit")}
              >
                <Input
                  type="number"
                  min={1}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                  placeholder={formatCount(snapshot.counts.review)}
                />
              </Field>
              {cost && (
                <p className="num" aria-live="polite">
                  {costWords(cost, median)}{" "}
                  <span className="text-muted">
                    A row with several such pairs is asked once; rows in the queue already are not asked
                    again.
                  </span>
                </p>
              )}
              <p className="text-sm">
                <Link to={paths.newCampaign(project.id)}>Create another campaign</Link>
              </p>
            </form>
          ) : (
            <div className="flex flex-col items-start gap-3">
              <p>No campaign of this project takes rows: there is none, or all are finished.</p>
              <LinkButton to={paths.newCampaign(project.id)} variant="primary" icon="plus">
                Create campaign
              </LinkButton>
            </div>
          )
        }
      </Async>
    </Dialog>
  );
}

function campaignWords(campaign: Campaign): string {
  const words = `${campaign.name} · ${countOf(campaign.overlap, "answer")} per item`;
  return campaign.state === "paused" ? `${words} · paused` : words;
}

/** The job that fills the queue, and where to look when it is done. */
export function SendingStrip({ sending, onEnd }: { sending: Sending; onEnd: (job: Job) => void }) {
  const project = useProject();
  const { job, campaign } = sending;
  return (
    <div className="mt-4">
      <JobStrip jobId={job.id} onEnd={onEnd} />
      <QueueOutcome job={job} />
      <p className="pt-2">
        <Link to={paths.campaign(project.id, campaign.id)}>Look at the queue of “{campaign.name}”</Link>
      </p>
    </div>
  );
}
