import { useQueryClient } from "@tanstack/react-query";
import { JobStrip } from "@/components/job-strip";
import {
  DownloadButton,
  EmptyState,
  PagedRows,
  RelativeTime,
  Section,
  StateBadge,
  Table,
  Td,
  Th,
} from "@/components/ui";
import type { DatasetImport } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatBytes, formatCount, humanize } from "@/lib/format";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { formatLabel } from "./formats";
import { ImportPanel } from "./import-panel";
import { keys } from "./queries";

const WORKING = new Set(["queued", "running", "pending", "paused"]);

export function ImportsPage() {
  const id = useNumberParam("datasetId");
  const project = useProject();
  const client = useQueryClient();
  const canManage = useCan("dataset.manage");
  const list = usePaged<DatasetImport>(keys.imports(id), `/api/datasets/${id}/imports/`);
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.dataset(id) });
    void client.invalidateQueries({ queryKey: ["datasets", project.id] });
    void client.invalidateQueries({ queryKey: ["overview", project.id] });
  };
  const working = list.rows.filter((each) => WORKING.has(each.state) && each.job !== null);

  return (
    <>
      {canManage && <ImportPanel datasetId={id} onStarted={refresh} />}
      {working.map(
        (each) => each.job !== null && <JobStrip key={each.id} jobId={each.job} onEnd={refresh} />,
      )}
      <Section title="Imports">
        <PagedRows
          list={list}
          empty={
            <EmptyState title="Nothing imported yet">
              Each import is listed here with what was read, what was new, and every row that was refused with
              its reason.
            </EmptyState>
          }
        >
          <ImportTable imports={list.rows} />
        </PagedRows>
      </Section>
    </>
  );
}

function ImportTable({ imports }: { imports: DatasetImport[] }) {
  return (
    <Table caption="Imports of this dataset">
      <thead>
        <tr>
          <Th>File</Th>
          <Th>State</Th>
          <Th numeric>Read</Th>
          <Th numeric>New</Th>
          <Th numeric>Merged</Th>
          <Th numeric>Refused</Th>
          <Th>When</Th>
          <Th>
            <span className="sr-only">Refused rows</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {imports.map((each) => (
          <tr key={each.id} className="align-top">
            <Td>
              <span className="font-medium break-all">{each.filename}</span>
              <span className="block text-sm text-muted">
                {[formatBytes(each.size_bytes), formatLabel(each.format)].filter(Boolean).join(" · ")}
              </span>
              {each.message && (
                <span
                  className={
                    each.state === "failed" ? "block text-sm text-danger" : "block text-sm text-muted"
                  }
                >
                  {each.message}
                </span>
              )}
              <Reasons counts={each.rejected_by_reason} />
            </Td>
            <Td>
              <StateBadge state={each.state} />
            </Td>
            <Td numeric>{formatCount(each.rows_read)}</Td>
            <Td numeric>{formatCount(each.rows_new)}</Td>
            <Td numeric>{formatCount(each.rows_merged)}</Td>
            <Td numeric>{formatCount(each.rows_rejected)}</Td>
            <Td>
              <RelativeTime at={each.created_at} />
            </Td>
            <Td className="text-right">
              {each.has_quarantine && (
                <DownloadButton href={`/api/imports/${each.id}/quarantine/`}>Refused rows</DownloadButton>
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Why rows were refused, most frequent first. */
function Reasons({ counts }: { counts: Record<string, number> }) {
  const reasons = Object.entries(counts ?? {}).sort((a, b) => b[1] - a[1]);
  if (reasons.length === 0) return null;
  return (
    <ul className="mt-1 text-sm text-warn">
      {reasons.map(([reason, count]) => (
        <li key={reason} className="num">
          {formatCount(count)} × {humanize(reason)}
        </li>
      ))}
    </ul>
  );
}
