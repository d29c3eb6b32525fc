import { useQuery } from "@tanstack/react-query";
import { CodeBlock } from "@/components/code-block";
import { Async, DataTable, DownloadButton, EmptyState, RelativeTime, Section } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { formatBytes } from "@/lib/format";
import { useCan } from "@/lib/session";
import { configTextQuery, filesQuery, fileUrl, folderUrl, isRunning } from "./api";
import { ReportToken } from "./report-token";

/** The run's folder: its files, its settings, and how to train it by hand. */
export function ArtefactsTab({ run }: { run: Run }) {
  const canManage = useCan("run.manage");
  const files = useQuery(filesQuery(run.id, isRunning(run.state)));
  const config = useQuery(configTextQuery(run.id));
  return (
    <>
      <Section
        title="Train it by hand"
        actions={
          <DownloadButton
            href={folderUrl(run.id)}
            variant={run.launcher === "manual" ? "primary" : "secondary"}
          >
            Download folder
          </DownloadButton>
        }
      >
        <p className="mb-3 max-w-[72ch] text-muted">
          The folder is complete: settings, rows and code. Unpack it on any machine with the trainer’s
          packages and run one command inside it.
        </p>
        <Async query={config} skeletonLines={2}>
          {({ command, yaml }) => (
            <>
              <CodeBlock text={command} copy="Copy command" />
              {run.launcher === "manual" && canManage && isRunning(run.state) && <ReportToken run={run} />}
              <details className="mt-3">
                <summary className="cursor-pointer text-muted">config.yaml</summary>
                <div className="mt-2">
                  <CodeBlock text={yaml} copy="Copy config.yaml" tall />
                </div>
              </details>
            </>
          )}
        </Async>
      </Section>
      <Section title="Files">
        <Async query={files}>
          {(results) =>
            results.length === 0 ? (
              <EmptyState title="No files yet">
                Metrics, log, checkpoints and the model appear here as the trainer writes them.
              </EmptyState>
            ) : (
              <DataTable
                caption="Files of this run"
                rows={results}
                rowKey={(file) => file.name}
                columns={[
                  {
                    key: "name",
                    header: "File",
                    cell: (file) => <span className="font-mono text-sm break-all">{file.name}</span>,
                  },
                  {
                    key: "size",
                    header: "Size",
                    numeric: true,
                    cell: (file) => formatBytes(file.size_bytes),
                  },
                  { key: "at", header: "Written", cell: (file) => <RelativeTime at={file.modified_at} /> },
                  {
                    key: "get",
                    header: <span className="sr-only">Download</span>,
                    numeric: true,
                    cell: (file) => (
                      <DownloadButton href={fileUrl(run.id, file.name)}>
                        <span className="relative">
                          Download<span className="sr-only"> {file.name}</span>
                        </span>
                      </DownloadButton>
                    ),
                  },
                ]}
              />
            )
          }
        </Async>
      </Section>
    </>
  );
}
