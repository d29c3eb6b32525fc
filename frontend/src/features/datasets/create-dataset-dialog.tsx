import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { Button, Dialog, Field, FormError, Input, Textarea } from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError, formError } from "@/lib/api/errors";
import type { Dataset } from "@/lib/api/types";
import { paths } from "@/lib/paths";

interface CreateDatasetDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  projectId: number;
}

export function CreateDatasetDialog({ open, onOpenChange, projectId }: CreateDatasetDialogProps) {
  const form = useId();
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
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Create dataset"
      footer={
        <Button type="submit" form={form} variant="primary" busy={create.isPending}>
          Create dataset
        </Button>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <FormError>{formError(create.error)}</FormError>
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
      </form>
    </Dialog>
  );
}
