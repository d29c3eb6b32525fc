import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useActions } from "@/actions";
import { AnnotatorBar } from "@/app/frame/annotator-frame";
import { Async, Button, EmptyState, Link, LinkButton, ProgressBar } from "@/components/ui";
import type { MyCampaign } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useDocumentTitle } from "@/lib/use-document-title";
import { useNumberParam } from "@/lib/use-params";
import { listMyCampaigns } from "./api";
import { GuidelinesPanel } from "./guidelines-panel";
import { LabelItem } from "./label-item";
import { SendingStatus } from "./sending-status";
import { useLabelSession } from "./use-label-session";

/** `/annotate/$campaignId`: one item after another until none is left. */
export function LabelPage() {
  const id = useNumberParam("campaignId");
  const mine = useQuery({ queryKey: ["my-campaigns"], queryFn: ({ signal }) => listMyCampaigns(signal) });
  return (
    <Async query={mine}>
      {(page) => {
        const campaign = page.results.find((each) => each.id === id);
        return campaign ? <Labelling key={campaign.id} campaign={campaign} /> : <NotMine />;
      }}
    </Async>
  );
}

function Labelling({ campaign }: { campaign: MyCampaign }) {
  useDocumentTitle(campaign.name);
  const { session, outbox, state, sending } = useLabelSession(campaign.id);
  const [guidelines, setGuidelines] = useState(false);
  useActions([
    {
      id: "annotate.guidelines",
      label: guidelines ? "Hide guidelines" : "Show guidelines",
      keys: ["g"],
      group: "Labelling",
      icon: "help",
      run: () => setGuidelines((open) => !open),
    },
  ]);
  const done = campaign.my_done + state.answered;
  const total = campaign.my_done + campaign.remaining_for_me;

  return (
    <>
      <AnnotatorBar>
        <h1 className="min-w-0 truncate text-base font-semibold">{campaign.name}</h1>
        <span className="num shrink-0 text-muted">
          {done} of {Math.max(total, done)}
        </span>
        <div className="w-28 max-md:hidden">
          <ProgressBar label="My progress" done={done} total={Math.max(total, done)} />
        </div>
        <span className="flex-1" />
        <Button
          size="sm"
          variant="ghost"
          shortcut="g"
          aria-pressed={guidelines}
          onClick={() => setGuidelines((open) => !open)}
        >
          Guidelines
        </Button>
      </AnnotatorBar>
      <div className="flex min-h-0 flex-1">
        <div className="flex h-[calc(100dvh-48px)] min-w-0 flex-1 flex-col">
          {state.phase === "labelling" && state.task ? (
            <LabelItem
              key={state.task.id}
              task={state.task}
              session={session}
              state={state}
              status={<SendingStatus outbox={outbox} state={sending} />}
            />
          ) : (
            <div className="mx-auto w-full max-w-[720px] px-4 pt-12">
              <Waiting campaign={campaign} session={session} state={state} />
              <div className="mt-4">
                <SendingStatus outbox={outbox} state={sending} />
              </div>
            </div>
          )}
        </div>
        {guidelines && <GuidelinesPanel text={campaign.guidelines} onClose={() => setGuidelines(false)} />}
      </div>
    </>
  );
}

function Waiting({
  campaign,
  session,
  state,
}: {
  campaign: MyCampaign;
  session: ReturnType<typeof useLabelSession>["session"];
  state: ReturnType<typeof useLabelSession>["state"];
}) {
  useActions([
    {
      id: "annotate.undo",
      label: "Go back to my last answer",
      keys: ["$mod+z"],
      group: "Labelling",
      icon: "undo",
      when: () => state.canUndo,
      run: () => void session.undo(),
    },
  ]);
  const back = (
    <>
      <LinkButton to={paths.annotate()}>My campaigns</LinkButton>
      {state.canUndo && (
        <Button icon="undo" shortcut="$mod+z" onClick={() => void session.undo()}>
          Back to my last answer
        </Button>
      )}
    </>
  );
  if (state.phase === "loading") return <p className="appear-late text-muted">Fetching the next item…</p>;
  if (state.phase === "error") {
    return (
      <EmptyState
        title="The next item could not be fetched"
        action={
          <>
            <Button variant="primary" icon="retry" onClick={session.retry}>
              Try again
            </Button>
            {back}
          </>
        }
      >
        {state.error}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing left for you here" action={back}>
      {campaign.state === "paused"
        ? "This campaign is paused. Your answers are kept; come back when it goes on."
        : `You have answered every item of ${campaign.name} that is open to you. Thank you. New items appear here when they are queued.`}
    </EmptyState>
  );
}

function NotMine() {
  return (
    <div className="mx-auto w-full max-w-[720px] px-4 pt-12">
      <EmptyState
        title="This campaign is not assigned to you"
        action={<Link to={paths.annotate()}>My campaigns</Link>}
      >
        Ask the person who runs it to add you, or choose one of your own campaigns.
      </EmptyState>
    </div>
  );
}
