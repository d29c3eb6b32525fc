import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { JobStrip } from "@/components/job-strip";
import { Markdown } from "@/components/markdown";
import { Async, Button, CopyButton, Figures, Link, Page, Section, StateBadge, Tabs } from "@/components/ui";
import type { Snapshot } from "@/lib/api/types";
import { countOf, formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { reasonWords } from "@/lib/recipes/words";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { cardQuery, snapshotQuery, versionQuery } from "./api";
import { Approvals } from "./approvals";
import { DifferenceTab } from "./difference-tab";
import { ExportsTab } from "./exports-tab";
import { PairsTab } from "./pairs-tab";
import { RefreshDialog } from "./refresh-dialog";
import { ReviewDialog, type Sending, SendingStrip } from "./review-dialog";

export function SnapshotPage() {
  const query = useQuery(snapshotQuery(useNumberParam("snapshotId")));
  return <Async query={query}>{(snapshot) => <SnapshotView snapshot={snapshot} />}</Async>;
}

function SnapshotView({ snapshot }: { snapshot: Snapshot }) {
  const project = useProject();
  const client = useQueryClient();
  const [search, setSearch] = useSearchState();
  const canReview = useCan("campaign.manage");
  const canManage = useCan("snapshot.manage");
  const [asking, setAsking] = useState(false);
  const [refreshing, setRefreshing] = useState(false);
  const [sending, setSending] = useState<Sending | null>(null);
  const ready = snapshot.state === "ready";
  return (
    <Page
      title={snapshot.name}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Snapshots", to: paths.snapshots(project.id) },
      ]}
      aside={<StateBadge state={snapshot.state} />}
      actions={
        ready && (
          <>
            {canManage && (
              <Button icon="retry" onClick={() => setRefreshing(true)}>
                Keep fresh
              </Button>
            )}
            {canReview && snapshot.counts.review > 0 && (
              <Button icon="flag" onClick={() => setAsking(true)}>
                Send {countOf(snapshot.counts.review, "review pair")} to a campaign
              </Button>
            )}
          </>
        )
      }
    >
      {!ready && snapshot.job !== null && (
        <JobStrip
          jobId={snapshot.job}
          onEnd={() => void client.invalidateQueries({ queryKey: ["snapshot", snapshot.id] })}
        />
      )}
      {ready && (
        <>
          <Header snapshot={snapshot} />
          <Approvals snapshot={snapshot} />
          {sending && <SendingStrip sending={sending} onEnd={(job) => setSending({ ...sending, job })} />}
          <div className="mt-4">
            <Tabs
              label="Snapshot"
              value={search.tab ?? "pairs"}
              onChange={(tab) => setSearch({ tab, pair: undefined })}
              items={[
                { value: "pairs", label: "Pairs", content: <PairsTab snapshot={snapshot} /> },
                { value: "difference", label: "Difference", content: <DifferenceTab snapshot={snapshot} /> },
                { value: "exports", label: "Exports", content: <ExportsTab snapshot={snapshot} /> },
                { value: "card", label: "Data card", content: <Card snapshot={snapshot} /> },
                { value: "lineage", label: "Recipe and lineage", content: <Lineage snapshot={snapshot} /> },
              ]}
            />
          </div>
        </>
      )}
      {refreshing && <RefreshDialog snapshot={snapshot} onClose={() => setRefreshing(false)} />}
      {asking && <ReviewDialog snapshot={snapshot} onClose={() => setAsking(false)} onSent={setSending} />}
    </Page>
  );
}

function Header({ snapshot }: { snapshot: Snapshot }) {
  const { counts, splits } = snapshot;
  return (
    <div className="flex flex-wrap items-end gap-x-12 gap-y-3 border-y border-line py-4">
      <Figures
        items={[
          { label: "Pairs in", value: formatCount(counts.in) },
          { label: "Kept", value: formatCount(counts.kept) },
          { label: "Dropped", value: formatCount(counts.dropped) },
          { label: "For review", value: formatCount(counts.review) },
          { label: "Train", value: formatCount(splits.train) },
          { label: "Test", value: formatCount(splits.test), note: "split by prompt" },
        ]}
      />
      <div className="flex items-center gap-2">
        <span className="text-sm text-muted">
          Hash <code className="font-mono text-fg">{snapshot.content_hash.slice(0, 16)}</code>
        </span>
        <CopyButton text={snapshot.content_hash} label="Copy hash" />
      </div>
    </div>
  );
}

function Card({ snapshot }: { snapshot: Snapshot }) {
  const query = useQuery(cardQuery(snapshot.id));
  return (
    <Async query={query}>
      {(card) => (
        <>
          <div className="mb-3">
            <CopyButton text={card} label="Copy as markdown" />
          </div>
          <Markdown text={card} compact className="max-w-[90ch]!" />
        </>
      )}
    </Async>
  );
}

function Lineage({ snapshot }: { snapshot: Snapshot }) {
  const project = useProject();
  const { data: version } = useQuery(versionQuery(snapshot.dataset_version));
  return (
    <>
      <Section title="Where it comes from">
        <dl className="grid max-w-[640px] grid-cols-[160px_1fr] gap-y-1.5">
          <dt className="text-muted">Recipe</dt>
          <dd>
            <Link to={paths.recipe(project.id, snapshot.recipe)}>
              Recipe {snapshot.recipe} as it is today
            </Link>
          </dd>
          <dt className="text-muted">Dataset version</dt>
          <dd>
            {version && (
              <Link
                to={paths.datasetTab(project.id, version.dataset, "rows")}
                search={{ version: String(version.number) }}
              >
                Version {version.number}, {countOf(version.rows, "row")}
              </Link>
            )}
          </dd>
          <dt className="text-muted">Content hash</dt>
          <dd className="font-mono text-sm break-all">{snapshot.content_hash}</dd>
        </dl>
      </Section>
      <Section title="Steps as they were when frozen">
        <ol className="border-t border-line">
          {snapshot.funnel.map((step) => (
            <li key={step.index} className="flex flex-wrap gap-x-6 gap-y-1 border-b border-line py-2">
              <span className="min-w-56 font-medium">{step.title}</span>
              <span className="num text-muted">
                {formatCount(step.in)} in, {formatCount(step.kept)} kept, {formatCount(step.dropped)} dropped,{" "}
                {formatCount(step.review)} for review
              </span>
              <span className="num text-muted">
                {Object.entries(step.reasons)
                  .map(([reason, count]) => `${formatCount(count)} ${reasonWords(reason)}`)
                  .join(" · ")}
              </span>
            </li>
          ))}
        </ol>
        <pre className="mt-4 overflow-x-auto rounded-md bg-sunken p-4 font-mono text-sm">
          {JSON.stringify(snapshot.steps, null, 2)}
        </pre>
      </Section>
    </>
  );
}
