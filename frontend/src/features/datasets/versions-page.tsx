import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { JobStrip } from "@/components/job-strip";
import {
  Async,
  Badge,
  DataTable,
  EmptyState,
  Link,
  NoteText,
  RelativeTime,
  StateBadge,
} from "@/components/ui";
import type { DatasetVersion } from "@/lib/api/types";
import { formatCount, humanize, NONE, sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { kindTitle } from "./annotations";
import { DownloadMenu } from "./download-menu";
import { shortId } from "./labels";
import { versionsQuery } from "./queries";

export function VersionsPage() {
  const project = useProject();
  const id = useNumberParam("datasetId");
  const query = useQuery(versionsQuery(id));
  const numberOf = (version: number | null) => query.data?.find((each) => each.id === version)?.number;
  return (
    <Async query={query}>
      {(versions) =>
        versions.length === 0 ? (
          <EmptyState title="No version yet">
            Every import, and every campaign whose votes are folded in, makes a version. Versions never
            change.
          </EmptyState>
        ) : (
          <>
            {versions
              .filter((version) => version.state === "building" && version.job !== null)
              .map((version) => (
                <JobStrip key={version.id} jobId={version.job ?? 0} onEnd={() => void query.refetch()} />
              ))}
            <DataTable
              caption="Versions of this dataset"
              rows={[...versions].sort((a, b) => b.number - a.number)}
              rowKey={(version) => version.id}
              columns={[
                {
                  key: "number",
                  header: "Version",
                  cell: (version) =>
                    version.state === "ready" ? (
                      <Link
                        to={paths.datasetTab(project.id, id, "rows")}
                        search={{ version: String(version.number) }}
                        className="font-medium text-fg"
                      >
                        v{version.number}
                      </Link>
                    ) : (
                      `v${version.number}`
                    ),
                },
                { key: "state", header: "State", cell: (version) => <StateBadge state={version.state} /> },
                {
                  key: "origin",
                  header: "Made by",
                  cell: (version) => (
                    <>
                      <Origin version={version} />
                      {version.parent !== null && (
                        <span className="text-muted"> on v{numberOf(version.parent) ?? "?"}</span>
                      )}
                    </>
                  ),
                },
                { key: "rows", header: "Rows", numeric: true, cell: (version) => formatCount(version.rows) },
                {
                  key: "responses",
                  header: "Responses",
                  numeric: true,
                  cell: (version) => formatCount(version.stats?.responses),
                },
                {
                  key: "labels",
                  header: "Labels",
                  numeric: true,
                  cell: (version) => formatCount(version.stats?.labels),
                },
                { key: "sources", header: "Labels from", cell: (version) => <Sources version={version} /> },
                {
                  key: "annotations",
                  header: "Annotations",
                  className: "max-sm:min-w-56",
                  cell: (version) => <Annotations version={version} />,
                },
                {
                  key: "hash",
                  header: "Content hash",
                  cell: (version) => (
                    <code className="font-mono text-xs text-muted" title={version.content_hash}>
                      {version.content_hash ? shortId(version.content_hash) : NONE}
                    </code>
                  ),
                },
                {
                  key: "created",
                  header: "Created",
                  cell: (version) => <RelativeTime at={version.created_at} />,
                },
                {
                  key: "download",
                  header: <span className="sr-only">Download</span>,
                  numeric: true,
                  cell: (version) => version.state === "ready" && <DownloadMenu version={version} />,
                },
              ]}
            />
          </>
        )
      }
    </Async>
  );
}

function Origin({ version }: { version: DatasetVersion }) {
  const project = useProject();
  const { campaign, filename, judge } = version.origin_detail;
  if (version.origin === "import")
    return <span className="break-all">{typeof filename === "string" ? filename : "Import"}</span>;
  if (version.origin === "judge") return <span>{typeof judge === "string" ? judge : "AI feedback"}</span>;
  if (version.origin === "generated") return <span>Written by models</span>;
  return typeof campaign === "number" ? (
    <Link to={paths.campaign(project.id, campaign)}>Campaign labels</Link>
  ) : (
    "Campaign labels"
  );
}

/** How many annotations of each kind, as the reader names them; the categories of marks unfold. */
function Annotations({ version }: { version: DatasetVersion }) {
  const counts = version.stats?.annotation_counts;
  const kinds = Object.entries(counts?.kinds ?? {}).filter(([, count]) => count > 0);
  if (!counts || kinds.length === 0) return <NoteText>none</NoteText>;
  return (
    <>
      <span className="flex flex-wrap gap-1">
        {kinds.map(([kind, count]) => (
          <Badge key={kind}>
            {kindTitle(kind)} <span className="num">{formatCount(count)}</span>
          </Badge>
        ))}
      </span>
      {kinds.some(([kind]) => kind === "spans") && <Categories counts={counts} />}
    </>
  );
}

function Categories({ counts }: { counts: DatasetVersion["stats"]["annotation_counts"] }) {
  const lines = [
    ["Marks", counts.span_categories],
    ["Omissions", counts.omission_categories],
  ] as const;
  const given = lines.filter(([, categories]) => Object.keys(categories).length > 0);
  if (given.length === 0) return null;
  return (
    <details className="pt-1 text-sm">
      {/* One annotation holds all marks on a record: the badge counts people's answers, this their marks. */}
      <summary className="whitespace-nowrap text-muted">
        {given
          .map(([title, categories]) => `${formatCount(sumOf(categories))} ${title.toLowerCase()}`)
          .join(", ")}
      </summary>
      <dl className="mt-1 grid grid-cols-[auto_auto] justify-start gap-x-3">
        {given.map(([title, categories]) => (
          <Fragment key={title}>
            <dt className="text-muted">{title}</dt>
            <dd className="num text-end text-muted">{formatCount(sumOf(categories))}</dd>
            {Object.entries(categories)
              .sort(([, one], [, other]) => other - one)
              .map(([category, count]) => (
                <Fragment key={category}>
                  <dt>{sentence(category)}</dt>
                  <dd className="num text-end">{formatCount(count)}</dd>
                </Fragment>
              ))}
          </Fragment>
        ))}
      </dl>
    </details>
  );
}

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function Sources({ version }: { version: DatasetVersion }) {
  const sources = Object.entries(version.stats?.label_sources ?? {}).filter(([, count]) => count > 0);
  if (sources.length === 0) return <NoteText>none</NoteText>;
  return (
    <span className="flex flex-wrap gap-1">
      {sources.map(([source, count]) => (
        <Badge key={source}>
          {humanize(source)} <span className="num">{formatCount(count)}</span>
        </Badge>
      ))}
    </span>
  );
}
