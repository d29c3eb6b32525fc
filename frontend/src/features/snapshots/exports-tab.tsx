import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { JobStrip } from "@/components/job-strip";
import {
  Async,
  Button,
  CopyButton,
  DataTable,
  DownloadButton,
  EmptyState,
  LinkButton,
  RelativeTime,
  Section,
  StateBadge,
  toast,
} from "@/components/ui";
import type { DataExport, Snapshot } from "@/lib/api/types";
import { formatBytes, formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { createExport, downloadUrl, exportsQuery } from "./api";

const FORMATS: { value: DataExport["format"]; title: string; what: string; train: string }[] = [
  {
    value: "trl_preference",
    title: "TRL preference",
    what: "prompt, chosen and rejected as conversations, for DPO.",
    train: "Train with DPO",
  },
  {
    value: "trl_reward",
    title: "TRL reward",
    what: "the same with a margin on every row, for a reward model.",
    train: "Train a reward model",
  },
];

export function ExportsTab({ snapshot }: { snapshot: Snapshot }) {
  const client = useQueryClient();
  const canExport = useCan("export.create");
  const query = useQuery(exportsQuery(snapshot.id));
  const [job, setJob] = useState<number | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: ["snapshot", snapshot.id, "exports"] });
  const create = useMutation({
    mutationFn: (format: DataExport["format"]) => createExport(snapshot.id, format),
    onSuccess: (started) => {
      setJob(started.id);
      refresh();
    },
    onError: toast.error,
  });

  return (
    <>
      {canExport && (
        <ul className="mb-6 grid gap-x-10 border-t border-line md:grid-cols-2">
          {FORMATS.map((format) => (
            <li key={format.value} className="flex items-center gap-4 border-b border-line py-3">
              <p className="min-w-0 flex-1">
                <span className="font-medium">{format.title}</span>
                <span className="text-muted">: {format.what}</span>
              </p>
              <Button
                busy={create.isPending && create.variables === format.value}
                onClick={() => create.mutate(format.value)}
              >
                Export as {format.title}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {job !== null && <JobStrip key={job} jobId={job} onEnd={refresh} />}
      <Async query={query}>
        {(page) =>
          page.results.length === 0 ? (
            <EmptyState title="Not exported yet">
              Choose a format above. Each export is written as Parquet and as JSONL, with a manifest that
              names the snapshot it came from.
            </EmptyState>
          ) : (
            page.results.map((each) => <ExportFiles key={each.id} dataExport={each} />)
          )
        }
      </Async>
    </>
  );
}

function ExportFiles({ dataExport }: { dataExport: DataExport }) {
  const project = useProject();
  const canTrain = useCan("run.manage");
  const format = FORMATS.find((each) => each.value === dataExport.format);
  return (
    <Section
      title={format?.title ?? dataExport.format}
      actions={
        <>
          <span className="text-sm text-muted">
            <RelativeTime at={dataExport.created_at} />
          </span>
          <StateBadge state={dataExport.state} />
          {canTrain && dataExport.state === "ready" && (
            <LinkButton
              to={paths.runs(project.id)}
              search={{ new: "yes", export: String(dataExport.id) }}
              variant="primary"
              size="sm"
            >
              {format?.train ?? "Train on this"}
            </LinkButton>
          )}
        </>
      }
    >
      {dataExport.files.length > 0 && (
        <DataTable
          caption="Files of this export"
          rows={dataExport.files}
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
                <DownloadButton href={downloadUrl(dataExport.id, file.name)}>Download</DownloadButton>
              ),
            },
          ]}
        />
      )}
      <details className="mt-2">
        <summary className="cursor-pointer text-muted">Manifest</summary>
        <pre className="mt-2 overflow-x-auto rounded-md bg-sunken p-4 font-mono text-sm">
          {JSON.stringify(dataExport.manifest, null, 2)}
        </pre>
      </details>
    </Section>
  );
}
