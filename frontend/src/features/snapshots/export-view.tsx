import { useState } from "react";
import { CodeBlock } from "@/components/code-block";
import type { ExportFormat } from "@/components/export-options";
import { JobStrip } from "@/components/job-strip";
import {
  Button,
  CopyButton,
  DataTable,
  DownloadButton,
  Figures,
  Icon,
  LinkButton,
  RelativeTime,
  StateBadge,
} from "@/components/ui";
import type { DataExport, Snapshot } from "@/lib/api/types";
import {
  columnsOf,
  droppedOf,
  forecastOf,
  type LengthForecast,
  rowsOf,
  warningsOf,
} from "@/lib/export-facts";
import { countOf, formatBytes, formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan } from "@/lib/session";
import { downloadUrl } from "./api";
import { loadSnippet, optionWords } from "./export-words";
import { PushDialog } from "./push-dialog";
import { Pushes } from "./pushes";

interface Props {
  data: DataExport;
  snapshot: Snapshot;
  formats: ExportFormat[];
  open: boolean;
  onToggle: (open: boolean) => void;
  onEnd: () => void;
}

/** One export: a line, and all about it when it is open. */
export function ExportView({ data, snapshot, formats, open, onToggle, onEnd }: Props) {
  const canTrain = useCan("run.manage");
  const canExport = useCan("export.create");
  const [pushing, setPushing] = useState(false);
  const format = formats.find((each) => each.key === data.format);
  const title = format?.title ?? data.format;
  const options = optionWords(data, format);
  const isReady = data.state === "ready";
  const rows = rowsOf(data);
  return (
    <section aria-label={`Export ${data.id}: ${title}`} className="border-t border-line py-3 last:border-b">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="min-w-56 flex-1 text-base">
          <button
            type="button"
            aria-expanded={open}
            onClick={() => onToggle(!open)}
            className="-ms-1 inline-flex max-w-full items-start gap-1.5 rounded-sm px-1 text-start hover:bg-sunken"
          >
            <Icon name={open ? "chevron-down" : "chevron-right"} className="mt-1 shrink-0 text-muted" />
            <span className="min-w-0 break-words">
              {title} <span className="num font-normal text-muted">export {data.id}</span>
            </span>
          </button>
        </h2>
        <span className="num text-sm text-muted">
          {isReady && `${countOf((rows.train ?? 0) + (rows.test ?? 0), "row")} · `}
          <RelativeTime at={data.created_at} />
        </span>
        <StateBadge state={data.state} />
        {canExport && isReady && (
          <Button size="sm" icon="upload" onClick={() => setPushing(true)}>
            Push to the Hub
          </Button>
        )}
        {canTrain && isReady && (format?.kinds.length ?? 0) > 0 && (
          <LinkButton
            size="sm"
            icon="play"
            to={paths.newRun(snapshot.project)}
            search={{ export: String(data.id) }}
          >
            Train on this export
          </LinkButton>
        )}
      </div>
      {options.length > 0 && (
        <p className="ms-5 mt-1 text-sm break-words text-muted">{options.join(" · ")}</p>
      )}
      {data.state === "building" && data.job !== null && (
        <div className="mt-3">
          <JobStrip jobId={data.job} onEnd={onEnd} />
        </div>
      )}
      {open && data.state === "failed" && (
        <p className="ms-5 mt-2 text-muted">
          It was not written.{" "}
          {data.job !== null && (
            <LinkButton size="sm" to={paths.job(snapshot.project, data.job)}>
              See why
            </LinkButton>
          )}
        </p>
      )}
      {open && isReady && <Contents data={data} />}
      {pushing && (
        <PushDialog data={data} name={`${snapshot.name}-${data.format}`} onClose={() => setPushing(false)} />
      )}
    </section>
  );
}

function Contents({ data }: { data: DataExport }) {
  const rows = rowsOf(data);
  const dropped = droppedOf(data);
  const forecast = forecastOf(data);
  const warnings = warningsOf(data);
  return (
    <div className="ms-5 mt-3 flex flex-col gap-5 max-sm:ms-0">
      <Figures
        items={[
          { label: "Training rows", value: formatCount(rows.train) },
          { label: "Test rows", value: formatCount(rows.test) },
          { label: "Left out", value: formatCount(dropped.reduce((sum, [, count]) => sum + count, 0)) },
        ]}
      />
      {dropped.length > 0 && (
        <div>
          <h3 className="mb-1 font-medium">Left out, by reason</h3>
          <ul className="flex flex-wrap gap-x-6 gap-y-1">
            {dropped.map(([reason, count]) => (
              <li key={reason}>
                <span className="num">{formatCount(count)}</span>{" "}
                <span className="text-muted">{reason.replaceAll("_", " ")}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {forecast && <Forecast forecast={forecast} />}
      {warnings.length > 0 && (
        <div>
          <h3 className="mb-1 font-medium">Before you train on it</h3>
          <ul className="flex max-w-[90ch] list-disc flex-col gap-1 ps-5">
            {warnings.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
      <Pushes data={data} />
      <Columns data={data} />
      <Files data={data} />
      <div>
        <h3 className="mb-1 font-medium">Open it in a script</h3>
        <CodeBlock text={loadSnippet(data)} copy="Copy code" />
      </div>
      <details>
        <summary className="cursor-pointer text-muted">Manifest</summary>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
          className="mt-2 overflow-x-auto rounded-md bg-sunken p-4 font-mono text-sm"
        >
          {JSON.stringify(data.manifest, null, 2)}
        </pre>
      </details>
    </div>
  );
}

function Forecast({ forecast }: { forecast: LengthForecast }) {
  return (
    <div>
      <h3 className="mb-1 font-medium">What trainers will do with long rows</h3>
      <p className="mb-2 text-sm text-muted">
        At {formatCount(forecast.maxLength)} tokens, counted with the tokenizer of {forecast.tokenizer}.
      </p>
      <DataTable
        caption="Rows that trainers will leave out and cut"
        rows={forecast.trainers}
        rowKey={(each) => each.trainer}
        columns={[
          {
            key: "trainer",
            header: "Trainer",
            cell: (each) => <code className="font-mono text-sm">{each.trainer}</code>,
          },
          {
            key: "dropped",
            header: "Left out of training",
            numeric: true,
            cell: (each) => formatCount(each.train.dropped),
          },
          { key: "cut", header: "Cut", numeric: true, cell: (each) => formatCount(each.train.truncated) },
          {
            key: "test",
            header: "Test left out / cut",
            numeric: true,
            cell: (each) => `${formatCount(each.test.dropped)} / ${formatCount(each.test.truncated)}`,
          },
        ]}
      />
    </div>
  );
}

function Columns({ data }: { data: DataExport }) {
  const columns = columnsOf(data);
  if (columns.length === 0) return null;
  return (
    <DataTable
      caption="Columns of this export"
      rows={columns}
      rowKey={(column) => column.name}
      columns={[
        {
          key: "name",
          header: "Column",
          cell: (column) => <code className="font-mono text-sm">{column.name}</code>,
        },
        { key: "what", header: "Holds", className: "min-w-56", cell: (column) => column.description },
        {
          key: "by",
          header: "Read by",
          cell: (column) => <span className="text-muted">{column.readBy}</span>,
        },
      ]}
    />
  );
}

function Files({ data }: { data: DataExport }) {
  return (
    <DataTable
      caption="Files of this export"
      rows={data.files}
      rowKey={(file) => file.name}
      columns={[
        {
          key: "name",
          header: "File",
          cell: (file) => <span className="font-mono text-sm">{file.name}</span>,
        },
        { key: "rows", header: "Rows", numeric: true, cell: (file) => formatCount(file.rows) },
        { key: "size", header: "Size", numeric: true, cell: (file) => formatBytes(file.size_bytes) },
        {
          key: "sha",
          header: "SHA-256",
          cell: (file) => (
            <span className="flex items-center gap-2">
              <code className="font-mono text-sm text-muted">{file.sha256.slice(0, 12)}</code>
              <CopyButton text={file.sha256} />
            </span>
          ),
        },
        {
          key: "get",
          header: <span className="sr-only">Download</span>,
          numeric: true,
          cell: (file) => (
            <DownloadButton href={downloadUrl(data.id, file.name)}>
              <span className="relative">
                Download<span className="sr-only"> {file.name}</span>
              </span>
            </DownloadButton>
          ),
        },
      ]}
    />
  );
}
