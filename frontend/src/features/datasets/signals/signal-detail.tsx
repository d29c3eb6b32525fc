import { useQuery } from "@tanstack/react-query";
import { ColumnSummaries } from "@/components/column-summary";
import { isActive, JobLine, useJob } from "@/components/job-strip";
import {
  Badge,
  Button,
  ErrorState,
  Figures,
  Icon,
  Section,
  StateBadge,
  Table,
  Td,
  Th,
} from "@/components/ui";
import type { Job, Signal } from "@/lib/api/types";
import { failureWords } from "@/lib/failure-words";
import { countOf, formatCount, formatExact, humanize } from "@/lib/format";
import { fieldsOf, type SchemaField } from "@/lib/schema-form";
import { useCan } from "@/lib/session";
import { LEVELS, unitsOf } from "./kinds";
import { Picked } from "./picked";
import { Proof } from "./proof";
import { type Fact, type FactTable, inWords, provenanceOf } from "./provenance";
import { kindsQuery, useCompute } from "./queries";
import type { SignalKind } from "./types";

interface Props {
  signal: Signal;
  onStarted: (job: Job) => void;
}

/** One signal: its columns, what failed, how it was made, and what proves it. */
export function SignalDetail({ signal, onStarted }: Props) {
  const kinds = useQuery(kindsQuery);
  const kind = kinds.data?.find((each) => each.kind === signal.kind);
  const isReady = signal.state === "ready";
  return (
    <div>
      <div className="mb-6 flex flex-col gap-4">
        <div className="flex items-start gap-4">
          <p className="max-w-[60ch] min-w-0 flex-1 text-muted">{kind?.description}</p>
          <StateBadge state={signal.state} />
        </div>
        <Work signal={signal} onStarted={onStarted} />
        {isReady && (
          <Figures
            items={[
              { label: LEVELS[signal.level] ?? "Values", value: formatCount(signal.rows_ok) },
              { label: "Failed", value: formatCount(signal.rows_failed) },
            ]}
          />
        )}
      </div>
      {isReady && (
        <Section title={signal.columns.length === 1 ? "Its values" : "Its columns"}>
          <ColumnSummaries signal={signal} />
        </Section>
      )}
      {isReady && <Proof signal={signal} />}
      <Section title="What was asked for">
        <Params signal={signal} kind={kind} />
      </Section>
      <Section title="How it was made">
        <Made signal={signal} kind={kind} />
      </Section>
    </div>
  );
}

/** The job while it runs, why rows failed, and another try where that may help. */
function Work({ signal, onStarted }: Props) {
  const canRun = useCan("signal.run");
  const again = useCompute(signal.dataset_version, onStarted);
  const needsJob = signal.state !== "ready" || signal.rows_failed > 0;
  const { data: job } = useJob(needsJob ? signal.job : null);
  const stopped = signal.state === "failed" || signal.state === "cancelled";
  const incomplete = signal.state === "ready" && signal.rows_failed > 0;
  const reasons = Object.entries(job?.failures ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <>
      {job && isActive(job.state) && <JobLine job={job} />}
      {job && stopped && job.message && (
        <p className="flex items-start gap-1.5 text-danger">
          <Icon name="warning" className="mt-0.5 shrink-0" />
          {job.message}
        </p>
      )}
      {stopped && <Reasons counts={reasons} />}
      {incomplete && (
        <div className="border-y border-line py-3">
          <p className="flex items-start gap-1.5 text-warn">
            <Icon name="warning" className="mt-0.5 shrink-0" />
            {unitsOf(signal.level, signal.rows_failed)} without a value. Recipes send such pairs to review
            unless a step says otherwise.
          </p>
          <Reasons counts={reasons} />
        </div>
      )}
      {canRun && (stopped || incomplete) && !(job && isActive(job.state)) && (
        <div>
          <Button
            icon="retry"
            busy={again.isPending}
            onClick={() => again.mutate({ kind: signal.kind, params: signal.params })}
          >
            {signal.state === "cancelled" ? "Go on" : "Compute again"}
          </Button>
        </div>
      )}
      {again.error && <ErrorState error={again.error} />}
    </>
  );
}

function Reasons({ counts }: { counts: [reason: string, count: number][] }) {
  if (counts.length === 0) return null;
  return (
    <ul aria-label="Failures by reason" className="mt-1 flex flex-wrap gap-x-6 gap-y-1 pl-5.5 text-sm">
      {counts.map(([reason, count]) => (
        <li key={reason}>
          <span className="num font-medium">{formatCount(count)} ×</span>{" "}
          <span className="text-muted">{failureWords(reason)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The parameters as the form calls them; what was left alone has the kind's own value. */
function Params({ signal, kind }: { signal: Signal; kind: SignalKind | undefined }) {
  const fields = kind ? fieldsOf(kind.params_schema) : [];
  const names = [...new Set([...fields.map((field) => field.name), ...Object.keys(signal.params)])];
  if (names.length === 0) return <p className="text-muted">This kind has nothing to set.</p>;
  return (
    <dl className="grid grid-cols-[minmax(120px,220px)_1fr] gap-x-4 gap-y-1 text-sm">
      {names.map((name) => {
        const field = fields.find((each) => each.name === name);
        const given = signal.params[name];
        const value = given === undefined ? field?.fallback : given;
        return (
          <div key={name} className="contents">
            <dt className="text-muted">{field?.label ?? humanize(name)}</dt>
            <dd className="num">
              {value === undefined ? (
                "not set"
              ) : (
                <Value signal={signal} field={field} name={name} value={value} />
              )}
              {given === undefined && value !== undefined && <span className="text-muted"> (default)</span>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** What was picked has a name; an option has its title. */
function Value({
  signal,
  field,
  name,
  value,
}: {
  signal: Signal;
  field: SchemaField | undefined;
  name: string;
  value: unknown;
}) {
  if (field?.control === "pick" || field?.control === "picks") {
    const ids = (Array.isArray(value) ? value : [value]).map(Number);
    return <Picked format={field.format} ids={ids} versionId={signal.dataset_version} />;
  }
  if (field?.control === "choice") {
    return <>{field.options.find((option) => option.value === value)?.label ?? inWords(name, value)}</>;
  }
  return <>{inWords(name, value)}</>;
}

function Made({ signal, kind }: { signal: Signal; kind: SignalKind | undefined }) {
  const found = provenanceOf(signal, kind);
  const when: Fact[] =
    signal.computed_at && signal.state === "ready"
      ? [{ label: "Computed", value: formatExact(signal.computed_at) }]
      : [];
  return (
    <div className="flex flex-col gap-4">
      <Facts facts={[...found.facts, ...when]} />
      {found.groups.map((group) => (
        <div key={group.title}>
          <h3 className="mb-1 text-sm font-medium">{group.title}</h3>
          <Facts facts={group.facts} />
        </div>
      ))}
      {found.tables.map((table) => (
        <FactsTable key={table.title} table={table} />
      ))}
    </div>
  );
}

function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className="grid grid-cols-[minmax(120px,220px)_1fr] gap-x-4 gap-y-1 text-sm">
      {facts.map((fact) => (
        <div key={fact.label} className="contents">
          <dt className="text-muted">{fact.label}</dt>
          <dd className="num min-w-0 break-words" title={fact.code}>
            {fact.code ? <code className="font-mono text-xs">{fact.value}</code> : fact.value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const TABLE_ROWS = 50;

function FactsTable({ table }: { table: FactTable }) {
  const rows = table.rows.slice(0, TABLE_ROWS);
  return (
    <div>
      <h3 className="mb-1 flex items-center gap-2 text-sm font-medium">
        {table.title}
        {table.rows.length > rows.length && (
          <Badge>{`first ${TABLE_ROWS} of ${countOf(table.rows.length, "row")}`}</Badge>
        )}
      </h3>
      <Table caption={table.title} className="text-sm">
        <thead>
          <tr>
            {table.header.map((column) => (
              <Th key={column.name} numeric={column.numeric}>
                {column.label}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a finished signal never move.
            <tr key={at}>
              {row.map((cell, column) => (
                <Td key={table.header[column]?.name} numeric={table.header[column]?.numeric}>
                  {cell}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
