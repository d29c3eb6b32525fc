import { useQuery } from "@tanstack/react-query";
import { exportFormatsQuery } from "@/components/export-options";
import { useJob } from "@/components/job-strip";
import { Async, Figures, Link, Section, Table, Td, Th } from "@/components/ui";
import type { DataExport, Run } from "@/lib/api/types";
import { droppedOf, forecastOf, rowsOf, warningsOf } from "@/lib/export-facts";
import { countOf, formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { exportQuery } from "./api";
import { type UsedRows, usedRows } from "./rows";

/** Which rows a run learned from, what was foretold of them, and what came of it. */
export function DataTab({ run }: { run: Run }) {
  const query = useQuery({
    ...exportQuery(run.export),
    refetchInterval: (each) => (each.state.data?.state === "building" ? 2000 : false),
  });
  return <Async query={query}>{(data) => <Rows run={run} data={data} />}</Async>;
}

function Rows({ run, data }: { run: Run; data: DataExport }) {
  const project = useProject();
  const { data: job } = useJob(run.job);
  const formats = useQuery(exportFormatsQuery).data ?? [];
  const rows = rowsOf(data);
  const used = usedRows(job?.result);
  const reasons = droppedOf(data);
  const title = formats.find((each) => each.key === data.format)?.title ?? data.format;
  return (
    <>
      <Section title="Rows">
        <p className="mb-3 [&_a]:underline">
          <Link to={paths.snapshot(project.id, data.snapshot)}>Snapshot {data.snapshot}</Link>
          {" → "}
          <Link
            to={paths.snapshot(project.id, data.snapshot)}
            search={{ tab: "exports", export: String(data.id) }}
          >
            export {data.id}
          </Link>
          <span className="text-muted">, {title}</span>
        </p>
        {data.state === "building" ? (
          <p className="text-muted">The export is being written; the run starts when it is ready.</p>
        ) : (
          <Figures
            items={[
              { label: "To learn from", value: formatCount(rows.train) },
              { label: "Held out", value: formatCount(rows.test) },
              {
                label: "Left out by the export",
                value: formatCount(reasons.reduce((sum, [, count]) => sum + count, 0)),
                note: reasons.map(([reason, count]) => `${count} ${reason.replaceAll("_", " ")}`).join(", "),
              },
            ]}
          />
        )}
      </Section>
      <LongRows run={run} data={data} used={used?.train} />
      {warningsOf(data).length > 0 && (
        <Section title="Before you trust it">
          <ul className="flex max-w-[80ch] list-disc flex-col gap-1 ps-5">
            {warningsOf(data).map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </Section>
      )}
      <details className="mt-6">
        <summary className="cursor-pointer text-muted">Manifest</summary>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
          className="mt-2 overflow-x-auto rounded-md bg-sunken p-4 font-mono text-sm"
        >
          {JSON.stringify(data.manifest, null, 2)}
        </pre>
      </details>
    </>
  );
}

/** What an export foretold of rows that are too long, beside what the trainer found. */
function LongRows({ run, data, used }: { run: Run; data: DataExport; used: UsedRows | undefined }) {
  const forecast = forecastOf(data);
  const foretold = forecast?.trainers.find((each) =>
    each.trainer.toLowerCase().endsWith(`${run.kind}trainer`),
  )?.train;
  if (!used && !foretold) return null;
  const length = Number((run.config as Record<string, unknown>).max_length ?? 0);
  return (
    <Section title="Rows that are too long">
      <Table
        caption="Training rows left out and cut, as foretold by the export and as the trainer found them"
        className="max-w-[560px]"
      >
        <thead>
          <tr>
            <Th>Training rows</Th>
            <Th numeric>Foretold</Th>
            <Th numeric>Found</Th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <Td>Left out</Td>
            <Td numeric>{formatCount(foretold?.dropped)}</Td>
            <Td numeric>{formatCount(used?.dropped)}</Td>
          </tr>
          <tr>
            <Td>Cut</Td>
            <Td numeric>{formatCount(foretold?.truncated)}</Td>
            <Td numeric>{formatCount(used?.truncated)}</Td>
          </tr>
          <tr>
            <Td>Learned from</Td>
            <Td numeric>{formatCount(foretold && (rowsOf(data).train ?? 0) - foretold.dropped)}</Td>
            <Td numeric>{formatCount(used?.used)}</Td>
          </tr>
        </tbody>
      </Table>
      <p className="mt-2 max-w-[72ch] text-sm text-muted">
        {forecast && foretold
          ? `Foretold with the tokenizer of ${forecast.tokenizer} at ${countOf(forecast.maxLength ?? 0, "token")}; the run allows ${formatCount(length)}.`
          : "Nothing was foretold: choose a tokenizer among an export’s options to know before training."}
      </p>
    </Section>
  );
}
