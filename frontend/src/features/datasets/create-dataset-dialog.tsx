import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Field, FormDialog, Input, Textarea } from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError } from "@/lib/api/errors";
import type { Dataset } from "@/lib/api/types";
import { paths } from "@/lib/paths";

interface CreateDatasetDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  projectId: number;
}

export function CreateDatasetDialog({ open, onOpenChange, projectId }: CreateDatasetDialogProps) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useMutation({
    mutationFn: () => api.post<Dataset>(`/api/projects/${projectId}/datasets/`, { name, description }),
    onSuccess: (dataset) => {
      void client.invalidateQueries({ queryKey: ["datasets", projectId] });
      void navigate({ to: paths.datasetTab(projectId, dataset.id, "imports") });
    },
  });
  return (
    <FormDialog
      open={open}
      onClose={() => onOpenChange(false)}
      title="Create dataset"
      submit="Create dataset"
      mutation={create}
      onSubmit={() => create.mutate()}
    >
      <Field label="Name" required error={fieldError(create.error, "name")}>
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={120}
          autoComplete="off"
        />
      </Field>
      <Field
        label="Description"
        hint="Where the data comes from and under which licence."
        error={fieldError(create.error, "description")}
      >
        <Textarea value={description} onChange={(event) => setDescription(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
