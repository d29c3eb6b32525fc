import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorState, Field, FormDialog, Input, Select, Skeleton } from "@/components/ui";
import { api, newIdempotencyKey } from "@/lib/api/client";
import { fieldError } from "@/lib/api/errors";
import type { BaseModel, Job, ModelVersion } from "@/lib/api/types";
import { useProject } from "@/lib/session";
import { bodyOf, EMPTY, folderOf, foldersOf, type Origin, ownNameOf, type RegisterForm } from "./form";

const KINDS: { value: ModelVersion["kind"]; label: string; hint: string }[] = [
  {
    value: "reward",
    label: "Reward model",
    hint: "Gives each response one number, so it can score datasets. It needs a chat template.",
  },
  {
    value: "policy",
    label: "Policy",
    hint: "A language model: signals ask how likely it finds each response, and runs can start from it.",
  },
];

const ORIGINS: { value: Origin; label: string }[] = [
  { value: "hub", label: "Hugging Face Hub" },
  { value: "local", label: "Folder of this server" },
];

interface Props {
  onClose: () => void;
  onStarted: (job: Job) => void;
}

/** Which model, from where, and as what. */
export function RegisterDialog({ onClose, onStarted }: Props) {
  const project = useProject();
  const [form, setForm] = useState<RegisterForm>(EMPTY);
  const edit = (change: Partial<RegisterForm>) => setForm((before) => ({ ...before, ...change }));
  const isLocal = form.origin === "local";
  const models = useQuery({
    queryKey: ["base-models", project.id],
    queryFn: ({ signal }) => api.get<BaseModel[]>(`/api/projects/${project.id}/base-models/`, { signal }),
    enabled: isLocal,
  });
  const folders = foldersOf(models.data ?? []);
  const start = useMutation({
    mutationFn: () =>
      api.post<Job>(`/api/projects/${project.id}/models/`, bodyOf(form, folders), {
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: (job) => {
      onStarted(job);
      onClose();
    },
  });
  const refused = fieldError(start.error, "base_model");
  return (
    <FormDialog
      onClose={onClose}
      title="Register a model"
      description="A model that was not trained here. Its files are copied, and never change afterwards."
      submit={form.kind === "reward" ? "Register reward model" : "Register policy"}
      mutation={start}
      disabled={isLocal && !folderOf(form, folders)}
      onSubmit={() => start.mutate()}
    >
      <Field
        label="Kind"
        required
        hint={KINDS.find((each) => each.value === form.kind)?.hint}
        error={fieldError(start.error, "kind")}
      >
        <Select
          value={form.kind}
          onChange={(event) => edit({ kind: event.target.value as ModelVersion["kind"] })}
          options={KINDS}
        />
      </Field>
      <Field label="From" required>
        <Select
          value={form.origin}
          onChange={(event) => {
            start.reset();
            edit({ origin: event.target.value as Origin });
          }}
          options={ORIGINS}
        />
      </Field>
      {isLocal ? (
        <FolderField
          query={models}
          chosen={folderOf(form, folders)?.name ?? ""}
          error={refused}
          onChange={(folder) => edit({ folder })}
        />
      ) : (
        <div className="grid grid-cols-[3fr_2fr] gap-4">
          <Field
            label="Model"
            required
            hint="As in its address: owner/name. The server fetches it, so it must reach the Hub."
            error={refused}
          >
            <Input
              value={form.hub}
              onChange={(event) => edit({ hub: event.target.value })}
              maxLength={200}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          <Field label="Revision" hint="A branch, tag or commit; the newest when empty.">
            <Input
              value={form.revision}
              onChange={(event) => edit({ revision: event.target.value })}
              maxLength={80}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
        </div>
      )}
      <Field
        label="Name"
        hint="A name that is taken gets a further version."
        error={fieldError(start.error, "name")}
      >
        <Input
          value={form.name}
          placeholder={ownNameOf(form, folders)}
          maxLength={120}
          autoComplete="off"
          onChange={(event) => edit({ name: event.target.value })}
        />
      </Field>
    </FormDialog>
  );
}

function FolderField({
  query,
  chosen,
  error,
  onChange,
}: {
  query: { data?: BaseModel[]; error: unknown; refetch: () => unknown };
  chosen: string;
  error: string | undefined;
  onChange: (folder: string) => void;
}) {
  if (!query.data) {
    if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
    return <Skeleton lines={2} />;
  }
  const folders = foldersOf(query.data);
  if (folders.length === 0)
    return (
      <p className="text-muted">
        This server has no folder of models to choose from. Whoever runs it sets{" "}
        <code className="font-mono text-sm">PLUMBLINE_MODELS_DIR</code> and puts one below it, with the
        model’s configuration, weights and tokenizer.
      </p>
    );
  return (
    <Field
      label="Folder"
      required
      hint={
        <>
          Those directly below <code className="font-mono">PLUMBLINE_MODELS_DIR</code>.
        </>
      }
      error={error}
    >
      <Select
        value={chosen}
        onChange={(event) => onChange(event.target.value)}
        options={folders.map(({ name, complete }) => ({
          value: name,
          label: complete ? name : `${name} (no complete model)`,
          disabled: !complete,
        }))}
      />
    </Field>
  );
}
