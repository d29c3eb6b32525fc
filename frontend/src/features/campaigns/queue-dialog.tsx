import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Button, Dialog, Field, FormError, IconButton, Input, Link, Select, Textarea } from "@/components/ui";
import { ApiError, fieldError, formError } from "@/lib/api/errors";
import type { Campaign, Job } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { datasetsQuery, queueItems, versionsQuery } from "./api";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  campaign: Campaign;
  onQueued: (job: Job) => void;
}

/** Which rows of which version become items of the campaign. */
export function QueueDialog({ open, onOpenChange, campaign, onQueued }: Props) {
  const form = useId();
  const project = useProject();
  const [dataset, setDataset] = useState("");
  const [version, setVersion] = useState("");
  const [text, setText] = useState("");
  const [order, setOrder] = useState<"original" | "shuffle">("original");
  const [limit, setLimit] = useState("200");
  const [contexts, setContexts] = useState<string[]>([]);
  const given = contexts.map((each) => each.trim()).filter(Boolean);
  const datasets = useQuery({ ...datasetsQuery(project.id), enabled: open });
  const withRows = datasets.data?.results.filter((each) => each.latest_version !== null) ?? [];
  const chosenDataset = dataset || String(withRows[0]?.id ?? "");
  const versions = useQuery({
    ...versionsQuery(Number(chosenDataset)),
    enabled: open && chosenDataset !== "",
  });
  const ready = versions.data?.results.filter((each) => each.state === "ready") ?? [];
  const chosen = ready.find((each) => String(each.id) === version) ?? ready[0];
  const rows = Math.min(Number(limit) || Number.POSITIVE_INFINITY, chosen?.rows ?? 0);

  const queue = useMutation({
    mutationFn: () =>
      queueItems(campaign.id, {
        dataset_version: chosen?.id ?? 0,
        order,
        ...(limit ? { limit: Number(limit) } : {}),
        ...(given.length > 0 ? { contexts: given } : {}),
        ...(text.trim() ? { filter: { field: "text", op: "contains", value: text.trim() } } : {}),
      }),
    onSuccess: (job) => {
      onOpenChange(false);
      onQueued(job);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    queue.mutate();
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Queue rows"
      description={`Rows become items of this campaign. Rows queued before are left as they are. ${LEAKS[campaign.identity_leaks]}`}
      footer={
        <Button type="submit" form={form} variant="primary" busy={queue.isPending} disabled={!chosen}>
          {chosen ? queueWords(rows, given.length, text.trim() !== "") : "Queue rows"}
        </Button>
      }
    >
      {datasets.data && withRows.length === 0 ? (
        <p>
          No dataset of this project has rows yet.{" "}
          <Link to={paths.datasets(project.id)}>Import a file first.</Link>
        </p>
      ) : (
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          <FormError>{formError(queue.error)}</FormError>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Dataset" required>
              <Select
                value={chosenDataset}
                onChange={(event) => {
                  setDataset(event.target.value);
                  setVersion("");
                }}
                options={withRows.map((each) => ({ value: String(each.id), label: each.name }))}
              />
            </Field>
            <Field label="Version" required error={fieldError(queue.error, "dataset_version")}>
              <Select
                value={chosen ? String(chosen.id) : ""}
                onChange={(event) => setVersion(event.target.value)}
                options={ready.map((each) => ({
                  value: String(each.id),
                  label: `v${each.number} · ${countOf(each.rows, "row")}`,
                }))}
              />
            </Field>
          </div>
          <Field label="Only rows that contain" error={fieldError(queue.error, "filter")}>
            <Input value={text} onChange={(event) => setText(event.target.value)} placeholder="Any text" />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Order" required>
              <Select
                value={order}
                onChange={(event) => setOrder(event.target.value as typeof order)}
                options={[
                  { value: "original", label: "As in the dataset" },
                  { value: "shuffle", label: "Shuffled" },
                ]}
              />
            </Field>
            <Field label="At most" hint="Empty for all." error={fieldError(queue.error, "limit")}>
              <Input type="number" min={1} value={limit} onChange={(event) => setLimit(event.target.value)} />
            </Field>
          </div>
          <Contexts contexts={contexts} onChange={setContexts} error={contextError(queue.error)} />
        </form>
      )}
    </Dialog>
  );
}

const LEAKS: Record<Campaign["identity_leaks"], string> = {
  allow: "Responses that name their model are shown as they are.",
  mask: "In responses that name their model, the name is masked.",
  quarantine: "Rows with a response that names its model are left out.",
};

/** "Queue up to 200 rows", "Queue 200 rows under 3 contexts (600 items)". */
function queueWords(rows: number, contexts: number, filtered: boolean): string {
  const words = `Queue ${filtered ? "up to " : ""}${countOf(rows, "row")}`;
  return contexts > 1 ? `${words} under ${contexts} contexts (${countOf(rows * contexts, "item")})` : words;
}

/** The server names the context at fault by its place. */
function contextError(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return Object.entries(error.fields).find(([path]) => path.split(".")[0] === "contexts")?.[1];
}

interface ContextsProps {
  contexts: string[];
  onChange: (contexts: string[]) => void;
  error: string | undefined;
}

const MOST_CONTEXTS = 20;

/** Criteria under which every row is judged, once under each. */
function Contexts({ contexts, onChange, error }: ContextsProps) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">
        Contexts <span className="ms-1 font-normal text-faint">optional</span>
      </legend>
      <p className="text-sm text-muted">
        A criterion, value profile or principle to judge by, shown above the prompt. Each row is asked once
        under each.
      </p>
      {contexts.map((context, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: contexts have no identity but their place.
        <div key={index} className="flex items-start gap-1">
          <Textarea
            aria-label={`Context ${index + 1}`}
            rows={1}
            dir="auto"
            maxLength={4000}
            placeholder="Prefer the answer a careful doctor would give."
            className="field-sizing-content max-h-40 min-h-8!"
            value={context}
            onChange={(event) =>
              onChange(contexts.map((each, place) => (place === index ? event.target.value : each)))
            }
          />
          <IconButton
            icon="close"
            size="sm"
            className="mt-1"
            label={`Remove context ${index + 1}`}
            onClick={() => onChange(contexts.toSpliced(index, 1))}
          />
        </div>
      ))}
      {error && (
        <p role="alert" className="text-sm text-danger">
          {error}
        </p>
      )}
      <div>
        <Button
          size="sm"
          icon="plus"
          disabled={contexts.length >= MOST_CONTEXTS}
          onClick={() => onChange([...contexts, ""])}
        >
          Add context
        </Button>
      </div>
    </fieldset>
  );
}
