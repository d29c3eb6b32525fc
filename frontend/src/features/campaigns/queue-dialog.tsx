import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Button, Dialog, Field, FormError, Input, Link, Select } from "@/components/ui";
import { fieldError, formError } from "@/lib/api/errors";
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
      description="Rows become items of this campaign. Rows queued before are left as they are."
      footer={
        <Button type="submit" form={form} variant="primary" busy={queue.isPending} disabled={!chosen}>
          {chosen ? `Queue ${text.trim() ? "up to " : ""}${countOf(rows, "row")}` : "Queue rows"}
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
          <div className="grid grid-cols-2 gap-4">
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
          <div className="grid grid-cols-2 gap-4">
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
        </form>
      )}
    </Dialog>
  );
}
