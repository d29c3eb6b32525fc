import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Action, useActions } from "@/actions";
import { ANNOTATE } from "@/actions/catalogue";
import { registry, runAction } from "@/actions/registry";
import { AnnotatorBar } from "@/app/frame/annotator-frame";
import { ActionButton, Async, Button, EmptyState, IconButton, Link, LinkButton } from "@/components/ui";
import type { MyCampaign } from "@/lib/api/types";
import { useT } from "@/lib/i18n";
import { loadable } from "@/lib/loadable";
import { paths } from "@/lib/paths";
import { useMe } from "@/lib/session";
import { useDocumentTitle } from "@/lib/use-document-title";
import { useNumberParam } from "@/lib/use-params";
import { listMyCampaigns } from "./api";
import { ClockButton } from "./clock-button";
import { GuidelinesPanel, guidelinesNews } from "./guidelines-panel";
import { LabelItem } from "./label-item";
import { BarProgress } from "./progress";
import { RefusedAnswers, SendingStatus } from "./sending-status";
import type { LabelSession, SessionState } from "./session";
import { useItemTimer, useLabelSession } from "./use-label-session";

const CommentsPanel = loadable(() => import("./comments-panel"));

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
  const me = useMe();
  const { session, outbox, state, sending } = useLabelSession(campaign.id);
  const timer = useItemTimer(state.task?.id ?? null);
  const [panel, setPanel] = useState<"guidelines" | "comments" | null>(null);
  const [news, setNews] = useState(() => guidelinesNews(me.id, campaign));
  const { guidelines, comments, pause, undo, redo } = usePageActions({
    session,
    state,
    toggle: (which) => {
      setNews(guidelinesNews(me.id, campaign));
      setPanel((now) => (now === which ? null : which));
    },
    onPause: () => (timer.isPaused ? timer.resume() : timer.pause()),
  });
  const close = () => {
    setPanel(null);
    setNews(guidelinesNews(me.id, campaign));
  };
  const lease = state.task?.lease ?? state.task?.answeredLease ?? null;
  const status = <SendingStatus outbox={outbox} state={sending} />;
  const aside =
    panel === "guidelines" ? (
      <GuidelinesPanel person={me.id} campaign={campaign} news={news} lease={lease} onClose={close} />
    ) : panel === "comments" ? (
      <CommentsPanel lease={lease} onClose={close} />
    ) : null;

  return (
    <>
      <AnnotatorBar>
        <h1 className="min-w-0 truncate text-base font-semibold max-sm:sr-only">{campaign.name}</h1>
        <BarProgress campaign={campaign} answered={state.answered} />
        <span className="flex-1" />
        {state.phase === "labelling" && <ClockButton timer={timer} pause={pause} />}
        <GuidelinesButton action={guidelines} open={panel === "guidelines"} news={news} />
        <KeysButton />
        <ActionButton action={undo} size="sm" variant="ghost" className="max-sm:px-1.5">
          <span className="max-lg:sr-only">{undo.label}</span>
        </ActionButton>
        {state.canRedo && <ActionButton action={redo} size="sm" variant="ghost" className="max-sm:hidden" />}
      </AnnotatorBar>
      <div className="flex h-[calc(100dvh-48px)] min-w-0 flex-col">
        <RefusedAnswers outbox={outbox} state={sending} onReopen={(entry) => session.reopen(entry)} />
        {state.phase === "labelling" && state.task ? (
          <LabelItem
            key={state.task.id}
            task={state.task}
            session={session}
            state={state}
            timer={timer}
            comments={comments}
            aside={aside}
            status={status}
          />
        ) : (
          <div className="flex min-h-0 flex-1">
            <div className="mx-auto w-full max-w-[720px] min-w-0 flex-1 overflow-y-auto px-4 pt-12">
              <Waiting campaign={campaign} session={session} state={state} undo={undo} />
              <div className="mt-4">{status}</div>
            </div>
            {aside}
          </div>
        )}
      </div>
    </>
  );
}

interface PageActions {
  session: LabelSession;
  state: SessionState;
  toggle: (which: "guidelines" | "comments") => void;
  onPause: () => void;
}

/** Actions that work between items as well. */
function usePageActions({ session, state, toggle, onPause }: PageActions) {
  const t = useT();
  const group = t("Labelling");
  const actions = {
    guidelines: {
      ...ANNOTATE.guidelines,
      label: t("Guidelines"),
      group,
      run: () => toggle("guidelines"),
    },
    comments: {
      ...ANNOTATE.comments,
      label: t("Comments"),
      group,
      when: () => state.task !== null,
      run: () => toggle("comments"),
    },
    pause: {
      ...ANNOTATE.pause,
      label: t("Pause the clock"),
      group,
      when: () => state.task !== null,
      run: onPause,
    },
    undo: {
      ...ANNOTATE.undo,
      label: t("Undo"),
      group,
      when: () => state.canUndo,
      run: () => void session.undo(),
    },
    redo: {
      ...ANNOTATE.redo,
      label: t("Forward"),
      group,
      when: () => state.canRedo,
      run: () => session.redo(),
    },
  } satisfies Record<string, Action>;
  useActions(Object.values(actions));
  return actions;
}

function GuidelinesButton({
  action,
  open,
  news,
}: {
  action: Action;
  open: boolean;
  news: ReturnType<typeof guidelinesNews>;
}) {
  const t = useT();
  return (
    <ActionButton
      action={action}
      size="sm"
      variant="ghost"
      aria-expanded={open}
      className="relative max-sm:px-1.5"
    >
      <span className="max-md:sr-only">{action.label}</span>
      {news !== "none" && !open && (
        <>
          <span aria-hidden="true" className="absolute end-0.5 top-0.5 size-2 rounded-full bg-warn" />
          <span className="sr-only">
            {news === "changed" ? t("changed since you last read it") : t("not read yet")}
          </span>
        </>
      )}
    </ActionButton>
  );
}

function KeysButton() {
  const t = useT();
  return (
    <IconButton
      icon="keyboard"
      label={t("Keys")}
      className="shrink-0 max-md:hidden"
      onClick={() => {
        const help = registry.get("app.help");
        if (help) runAction(help);
      }}
    />
  );
}

function Waiting({
  campaign,
  session,
  state,
  undo,
}: {
  campaign: MyCampaign;
  session: LabelSession;
  state: SessionState;
  undo: Action;
}) {
  const t = useT();
  const back = (
    <>
      <LinkButton to={paths.annotate()}>{t("My campaigns")}</LinkButton>
      {state.canUndo && <ActionButton action={undo}>{t("Back to my last answer")}</ActionButton>}
    </>
  );
  if (state.phase === "loading")
    return <p className="appear-late text-muted">{t("Fetching the next item…")}</p>;
  if (state.phase === "error") {
    return (
      <EmptyState
        title={t("The next item could not be fetched")}
        action={
          <>
            <Button variant="primary" icon="retry" onClick={session.retry}>
              {t("Try again")}
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
    <EmptyState title={t("Nothing left for you here")} action={back}>
      {campaign.state === "paused"
        ? t("This campaign is paused. Your answers are kept; come back when it goes on.")
        : t(
            "You have answered every item of {{campaign}} that is open to you. Thank you. New items appear here when they are queued.",
            { campaign: campaign.name },
          )}
    </EmptyState>
  );
}

function NotMine() {
  const t = useT();
  return (
    <div className="mx-auto w-full max-w-[720px] px-4 pt-12">
      <EmptyState
        title={t("This campaign is not assigned to you")}
        action={<Link to={paths.annotate()}>{t("My campaigns")}</Link>}
      >
        {t("Ask the person who runs it to add you, or choose one of your own campaigns.")}
      </EmptyState>
    </div>
  );
}
