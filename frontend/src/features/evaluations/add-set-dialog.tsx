import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox, Field, FileInput, FormDialog, Input, ProgressBar, Select } from "@/components/ui";
import { api, newIdempotencyKey, upload } from "@/lib/api/client";
import { fieldError } from "@/lib/api/errors";
import type { Job, Page, Snapshot } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { useProject } from "@/lib/session";
import { FILE_LAYOUTS } from "./layouts";

type From = "file" | "snapshot";

/** A set from files, or from what a snapshot holds out. */
export function AddSetDialog({ onClose, onStarted }: { onClose: () => void; onStarted: (job: Job) => void }) {
  const project = useProject();
  const [from, setFrom] = useState<From>("file");
  const [files, setFiles] = useState<File[]>([]);
  const [layout, setLayout] = useState("");
  const [snapshot, setSnapshot] = useState("");
  const [name, setName] = useState("");
  const [automatic, setAutomatic] = useState(false);
  const [sent, setSent] = useState<{ sent: number; total: number } | null>(null);
  const snapshots = useQuery({
    queryKey: ["snapshots", project.id, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Snapshot>>(`/api/projects/${project.id}/snapshots/`, { query: { limit: 200 }, signal }),
    enabled: from === "snapshot",
  });
  const held = (snapshots.data?.results ?? []).filter((each) => (each.splits.test ?? 0) > 0);
  const chosen = snapshot || String(held[0]?.id ?? "");
  const address = `/api/projects/${project.id}/evaluation-sets/`;
  const start = useMutation({
    mutationFn: () => {
      if (from === "snapshot")
        return api.post<Job>(
          address,
          { snapshot: Number(chosen), name, automatic },
          { idempotencyKey: newIdempotencyKey() },
        );
      const form = new FormData();
      form.append("name", name);
      form.append("automatic", String(automatic));
      if (layout) form.append("layout", layout);
      for (const file of files) form.append("file", file);
      return upload<Job>(address, form, { onProgress: (done, total) => setSent({ sent: done, total }) });
    },
    onSuccess: (job) => {
      onStarted(job);
      onClose();
    },
    onSettled: () => setSent(null),
  });
  return (
    <FormDialog
      onClose={onClose}
      title="Add an evaluation set"
      description="It is read once and never changes; a file with a bad row is refused whole, by file and row."
      submit="Add set"
      mutation={start}
      onSubmit={() => start.mutate()}
    >
      <Field label="From" required>
        <Select
          value={from}
          onChange={(event) => {
            start.reset();
            setFrom(event.target.value as From);
          }}
          options={[
            { value: "file", label: "Files: RewardBench, RM-Bench, RMB or your own pairs" },
            { value: "snapshot", label: "The held-out pairs of a snapshot" },
          ]}
        />
      </Field>
      {from === "file" ? (
        <>
          <Field
            label="Files"
            required
            hint="JSONL, JSON or Parquet. Several files make one set."
            error={fieldError(start.error, "file")}
          >
            <FileInput multiple onChange={(event) => setFiles([...(event.target.files ?? [])])} />
          </Field>
          <Field label="Layout" mark={false} error={fieldError(start.error, "layout")}>
            <Select
              value={layout}
              onChange={(event) => setLayout(event.target.value)}
              options={FILE_LAYOUTS}
            />
          </Field>
        </>
      ) : (
        <Field
          label="Snapshot"
          required
          hint={
            snapshots.isSuccess && held.length === 0
              ? "No snapshot of this project holds pairs out; freeze one with a test fraction."
              : "Its test split, which no run trains on."
          }
          error={fieldError(start.error, "snapshot")}
        >
          <Select
            value={chosen}
            onChange={(event) => setSnapshot(event.target.value)}
            options={held.map((each) => ({
              value: String(each.id),
              label: `${each.name} · ${each.id} (${formatCount(each.splits.test ?? 0)} held out)`,
            }))}
          />
        </Field>
      )}
      <Field
        label="Name"
        hint="Empty takes that of the file or snapshot."
        error={fieldError(start.error, "name")}
      >
        <Input
          value={name}
          maxLength={160}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Checkbox
        label="Evaluate every new model on it"
        hint="As soon as a run has made one."
        checked={automatic}
        onChange={(event) => setAutomatic(event.target.checked)}
      />
      {sent && <ProgressBar label="Sending" done={sent.sent} total={sent.total} />}
    </FormDialog>
  );
}
