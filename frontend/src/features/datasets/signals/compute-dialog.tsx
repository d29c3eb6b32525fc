import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Async, Button, Dialog, FormError, toast } from "@/components/ui";
import { ApiError, messageOf } from "@/lib/api/errors";
import type { DatasetVersion, Job } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import {
  type Entries,
  fieldsOf,
  paramsOf,
  problemsOf,
  refusalsOf,
  type SchemaField,
} from "@/lib/schema-form";
import { KindList } from "./kind-list";
import { LEVELS, needsOf } from "./kinds";
import { kindsQuery, useCompute } from "./queries";
import { SchemaFields } from "./schema-fields";
import type { SignalKind } from "./types";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  version: DatasetVersion;
  onStarted: (job: Job) => void;
}

/** Choose a kind of signal, fill in what it needs, and have it computed for every row of a version. */
export function ComputeDialog({ open, onOpenChange, version, onStarted }: Props) {
  const form = useId();
  const kinds = useQuery({ ...kindsQuery, enabled: open });
  const [kind, setKind] = useState<SignalKind | null>(null);
  const compute = useCompute(version.id, (job) => {
    onOpenChange(false);
    setKind(null);
    if (job.state === "succeeded") toast.ok(`This was computed before: ${job.title}.`);
    onStarted(job);
  });
  const choose = (chosen: SignalKind) => {
    compute.reset();
    setKind(chosen);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="lg"
      title="Compute a signal"
      description={`For the ${countOf(version.rows, "row")} of version ${version.number}. You may leave the page meanwhile.`}
      footer={
        <Button type="submit" form={form} variant="primary" disabled={kind === null} busy={compute.isPending}>
          {kind ? `Compute ${kind.title}` : "Compute"}
        </Button>
      }
    >
      <div className="grid gap-x-6 gap-y-4 md:h-[46vh] md:grid-cols-[300px_1fr]">
        <div className="flex min-h-0 flex-col max-md:max-h-60 md:border-r md:border-line md:pr-4">
          <Async query={kinds}>{(found) => <KindList kinds={found} chosen={kind} onChoose={choose} />}</Async>
        </div>
        <div className="min-h-0 md:overflow-y-auto md:pr-1">
          {kind ? (
            <KindForm
              key={kind.kind}
              id={form}
              kind={kind}
              versionId={version.id}
              error={compute.error}
              onSubmit={(params) => compute.mutate({ kind: kind.kind, params })}
            />
          ) : (
            <p className="max-w-[48ch] text-muted">
              Choose what to compute. Recipes can filter by every column of a signal, and its distribution
              stands on this page.
            </p>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function KindForm({
  id,
  kind,
  versionId,
  error,
  onSubmit,
}: {
  id: string;
  kind: SignalKind;
  versionId: number;
  error: unknown;
  onSubmit: (params: Record<string, unknown>) => void;
}) {
  // A judge looks at what the kind is about.
  const fields = fieldsOf(kind.params_schema, { judge: { level: kind.level } });
  const [entries, setEntries] = useState<Entries>({});
  const [tried, setTried] = useState(false);
  // What the server refused of a field, until that field is changed.
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  const refused =
    error instanceof ApiError
      ? refusalsOf(fields, error.fields, error.message)
      : ({} as Record<string, string>);
  const own = tried ? problemsOf(fields, entries) : {};
  const standing = Object.fromEntries(Object.entries(refused).filter(([name]) => !changed.has(name)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setChanged(new Set());
    if (Object.keys(problemsOf(fields, entries)).length === 0) onSubmit(paramsOf(fields, entries));
  };
  return (
    <form id={id} onSubmit={submit} noValidate className="flex flex-col gap-4">
      <div>
        <h3 className="text-base">{kind.title}</h3>
        <p className="mt-1 max-w-[64ch] text-muted">{kind.description}</p>
        <p className="mt-1 text-sm text-muted">
          {LEVELS[kind.level]} · {needsOf(kind)}
        </p>
      </div>
      <FormError>{Boolean(error) && Object.keys(refused).length === 0 && messageOf(error)}</FormError>
      {fields.length === 0 ? (
        <p className="text-muted">There is nothing to set.</p>
      ) : (
        <SchemaFields
          fields={fields}
          entries={entries}
          problems={{ ...standing, ...own }}
          versionId={versionId}
          onChange={(name, entry) => {
            setEntries((before) => ({ ...withoutColumnsOf(name, fields, before), [name]: entry }));
            setChanged((before) => new Set(before).add(name));
          }}
        />
      )}
      <div>
        <h4 className="text-sm font-medium">What it gives</h4>
        <ul className="mt-1 text-sm text-muted">
          {kind.columns.map((column) => (
            <li key={column.name}>{column.title}</li>
          ))}
        </ul>
      </div>
    </form>
  );
}

/** Another signal has other columns: what was chosen of the last one goes. */
function withoutColumnsOf(name: string, fields: SchemaField[], entries: Entries): Entries {
  const gone = fields.filter((field) => field.control === "column" && field.of === name);
  return Object.fromEntries(
    Object.entries(entries).filter(([each]) => !gone.some((field) => field.name === each)),
  );
}
