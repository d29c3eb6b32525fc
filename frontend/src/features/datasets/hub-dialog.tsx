import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Field, FormDialog, Input, Select } from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError } from "@/lib/api/errors";
import type { Job } from "@/lib/api/types";
import { IMPORT_FORMATS } from "./formats";

interface HubDialogProps {
  datasetId: number;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onStarted: (job: Job) => void;
}

/** Import a dataset of the Hugging Face Hub by its name; the server fetches it. */
export function HubDialog({ datasetId, open, onOpenChange, onStarted }: HubDialogProps) {
  const [name, setName] = useState("");
  const [split, setSplit] = useState("");
  const [format, setFormat] = useState("");
  const start = useMutation({
    mutationFn: () =>
      api.post<Job>(`/api/datasets/${datasetId}/imports/`, {
        hub: name.trim(),
        split: split.trim() || null,
        format,
      }),
    onSuccess: (job) => {
      onStarted(job);
      onOpenChange(false);
    },
  });
  return (
    <FormDialog
      open={open}
      onClose={() => onOpenChange(false)}
      title="Import from the Hugging Face Hub"
      description="The server fetches the dataset, so it must be able to reach the Hub."
      submit="Import dataset"
      mutation={start}
      onSubmit={() => start.mutate()}
    >
      <Field
        label="Dataset"
        required
        hint="As in its address: owner/name."
        error={fieldError(start.error, "hub")}
      >
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={200}
          autoComplete="off"
        />
      </Field>
      <Field label="Split" hint="All splits when empty." error={fieldError(start.error, "split")}>
        <Input
          value={split}
          onChange={(event) => setSplit(event.target.value)}
          maxLength={100}
          autoComplete="off"
        />
      </Field>
      <Field label="Format" required>
        <Select options={IMPORT_FORMATS} value={format} onChange={(event) => setFormat(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
