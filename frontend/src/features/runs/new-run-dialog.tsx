import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { Button, Checkbox, Dialog, Field, FormError, Input, Link, Select, Skeleton } from "@/components/ui";
import { fieldError, formError } from "@/lib/api/errors";
import type { RunConfig } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useProjectId } from "@/lib/use-params";
import { baseModelsQuery, createRun, exportsQuery } from "./api";
import { type ConfigField, configFrom, FIELDS, kindOf } from "./config";

const FORMAT_NAMES = { trl_preference: "TRL preference → DPO", trl_reward: "TRL reward → reward model" };

export function NewRunDialog({ preselected, onClose }: { preselected: number | null; onClose: () => void }) {
  const form = useId();
  const project = useProjectId();
  const navigate = useNavigate();
  const client = useQueryClient();
  const exports = useQuery(exportsQuery(project));
  const models = useQuery(baseModelsQuery(project));
  const [exportId, setExportId] = useState<number | null>(preselected);
  const [model, setModel] = useState("");
  const [name, setName] = useState("");
  const [useLora, setUseLora] = useState(true);
  const [values, setValues] = useState<Partial<Record<keyof RunConfig, string>>>({ max_steps: "20" });
  const ready = exports.data?.results.filter((each) => each.state === "ready") ?? [];
  const chosen = ready.find((each) => each.id === exportId) ?? ready[0];
  const kind = chosen ? kindOf(chosen.format) : "dpo";
  const available = models.data ?? [];
  const base = available.find((each) => each.key === model) ?? available.find((each) => each.available);
  const { config, wrong } = configFrom(values, kind, useLora);

  const start = useMutation({
    mutationFn: () =>
      createRun(project, {
        export: chosen?.id ?? 0,
        kind,
        base_model: base?.key ?? "",
        config,
        ...(name.trim() ? { name: name.trim() } : {}),
      }),
    onSuccess: (job) => {
      void client.invalidateQueries({ queryKey: ["runs", project] });
      if (job.subject) void navigate({ to: paths.run(project, job.subject.id) });
      else onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  const visible = (field: ConfigField) =>
    (!field.only || field.only === kind) && (useLora || !field.name.startsWith("lora_"));
  const inputs = (fields: ConfigField[]) => (
    <div className="grid grid-cols-2 gap-4">
      {fields.filter(visible).map((field) => (
        <Field
          key={field.name}
          label={field.label}
          hint={field.hint}
          mark={false}
          error={wrong[field.name] ?? fieldError(start.error, `config.${field.name}`)}
        >
          <Input
            inputMode="decimal"
            value={values[field.name] ?? ""}
            placeholder="default"
            onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
          />
        </Field>
      ))}
    </div>
  );

  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title="Start a training run"
      description="It runs on the training queue; you may leave the page."
      footer={
        <Button
          type="submit"
          form={form}
          variant="primary"
          busy={start.isPending}
          disabled={!chosen || !base || Object.keys(wrong).length > 0}
        >
          {kind === "dpo" ? "Train with DPO" : "Train a reward model"}
        </Button>
      }
    >
      {exports.isPending ? (
        <Skeleton />
      ) : ready.length === 0 ? (
        <p>
          Nothing has been exported yet. <Link to={paths.snapshots(project)}>Open a snapshot</Link> and export
          it first.
        </p>
      ) : (
        <form id={form} onSubmit={submit} className="flex flex-col gap-4">
          <FormError>{formError(start.error)}</FormError>
          <Field label="Export" required error={fieldError(start.error, "export")}>
            <Select
              value={String(chosen?.id ?? "")}
              onChange={(event) => setExportId(Number(event.target.value))}
              options={ready.map((each) => ({
                value: String(each.id),
                label: `${FORMAT_NAMES[each.format] ?? each.format} · snapshot ${each.snapshot} · export ${each.id}`,
              }))}
            />
          </Field>
          <Field
            label="Base model"
            required
            hint={base?.description}
            error={fieldError(start.error, "base_model")}
          >
            <Select
              value={base?.key ?? ""}
              onChange={(event) => setModel(event.target.value)}
              options={available.map((each) => ({
                value: each.key,
                label: each.available ? each.title : `${each.title} (not installed)`,
                disabled: !each.available,
              }))}
            />
          </Field>
          <Field label="Name" error={fieldError(start.error, "name")}>
            <Input value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
          </Field>
          {inputs(FIELDS.filter((field) => !field.advanced))}
          <Checkbox
            label="Train a LoRA adapter rather than all weights"
            checked={useLora}
            onChange={(event) => setUseLora(event.target.checked)}
          />
          <details>
            <summary className="mb-3 cursor-pointer text-muted">More settings</summary>
            {inputs(FIELDS.filter((field) => field.advanced))}
          </details>
        </form>
      )}
    </Dialog>
  );
}
