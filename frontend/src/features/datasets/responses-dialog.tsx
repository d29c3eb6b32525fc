import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { JobLine, useJob } from "@/components/job-strip";
import { Async, Checkbox, Field, FormDialog, Input, LinkButton, NumberInput } from "@/components/ui";
import { api, newIdempotencyKey } from "@/lib/api/client";
import { fieldError } from "@/lib/api/errors";
import type { components } from "@/lib/api/schema";
import type { DatasetVersion, Job, Page } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";

type WriterModel = components["schemas"]["JudgeModel"];

interface Props {
  version: DatasetVersion;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

interface Form {
  chosen: string[];
  endpointModel: string;
  prompts: string;
  samples: string;
  temperature: string;
  maxTokens: string;
  keep: boolean;
  name: string;
}

const keyOf = (model: WriterModel) => `${model.source} ${JSON.stringify(model.model)}`;

/** Models write candidates for people and judges to compare; the end is a dataset of its own. */
export function ResponsesDialog({ version, onClose, onStarted }: Props) {
  const project = useProject();
  const [form, setForm] = useState<Form>({
    chosen: [],
    endpointModel: "",
    prompts: "100",
    samples: "1",
    temperature: "0.7",
    maxTokens: "512",
    keep: false,
    name: "",
  });
  const edit = (change: Partial<Form>) => setForm((before) => ({ ...before, ...change }));
  const models = useQuery({
    queryKey: ["judge-models", project.id],
    queryFn: ({ signal }) =>
      api.get<Page<WriterModel>>(`/api/projects/${project.id}/judge-models/`, { signal }),
  });
  const chosen = (models.data?.results ?? []).filter((each) => form.chosen.includes(keyOf(each)));
  const start = useMutation({
    mutationFn: () =>
      api.post<Job>(
        `/api/dataset-versions/${version.id}/responses/`,
        {
          writers: chosen.map((each) => ({
            source: each.source,
            model:
              each.source === "endpoint" ? { ...each.model, model: form.endpointModel.trim() } : each.model,
          })),
          name: form.name.trim(),
          prompts: Number(form.prompts),
          samples: Number(form.samples),
          keep_responses: form.keep,
          sampling: { temperature: Number(form.temperature), top_p: 1, max_tokens: Number(form.maxTokens) },
        },
        { idempotencyKey: newIdempotencyKey() },
      ),
    onSuccess: (job) => {
      onStarted(job);
      onClose();
    },
  });
  const wrong = (name: string) =>
    fieldError(start.error, name) ?? fieldError(start.error, `sampling.${name}`);
  return (
    <FormDialog
      onClose={onClose}
      title="Write responses with models"
      description={`To prompts of version ${version.number}. Each prompt is answered once by each model and sample; the result is a new dataset, in which readers do not see who wrote what.`}
      submit="Write responses"
      mutation={start}
      disabled={chosen.length === 0 || !form.name.trim()}
      noValidate
      onSubmit={() => start.mutate()}
    >
      <fieldset>
        <legend className="mb-1 font-medium">Models</legend>
        <Async query={models}>
          {({ results }) => (
            <div className="flex max-h-48 flex-col gap-1.5 overflow-y-auto py-1 pl-0.5">
              {results.map((each) => (
                <Checkbox
                  key={keyOf(each)}
                  label={each.title}
                  hint={each.description}
                  disabled={!each.available}
                  checked={form.chosen.includes(keyOf(each))}
                  onChange={(event) =>
                    edit({
                      chosen: event.target.checked
                        ? [...form.chosen, keyOf(each)]
                        : form.chosen.filter((key) => key !== keyOf(each)),
                    })
                  }
                />
              ))}
            </div>
          )}
        </Async>
        {wrong("writers") && <p className="mt-1 text-sm text-danger">{wrong("writers")}</p>}
      </fieldset>
      {chosen.some((each) => each.source === "endpoint") && (
        <Field
          label="Model at the endpoint"
          required
          hint="As the endpoint calls it."
          error={wrong("model.model")}
        >
          <Input
            value={form.endpointModel}
            autoComplete="off"
            onChange={(event) => edit({ endpointModel: event.target.value })}
          />
        </Field>
      )}
      <Field label="Name of the new dataset" required error={wrong("name")}>
        <Input
          value={form.name}
          maxLength={120}
          autoComplete="off"
          onChange={(event) => edit({ name: event.target.value })}
        />
      </Field>
      <div className="grid grid-cols-2 gap-4">
        {(
          [
            ["prompts", "Prompts", "prompts"],
            ["samples", "Responses of each model", "samples"],
            ["temperature", "Temperature", "temperature"],
            ["maxTokens", "Tokens at most", "max_tokens"],
          ] as const
        ).map(([name, label, field]) => (
          <Field key={name} label={label} required mark={false} error={wrong(field)}>
            <NumberInput
              className="max-w-28"
              value={form[name]}
              onChange={(event) => edit({ [name]: event.target.value })}
            />
          </Field>
        ))}
      </div>
      <Checkbox
        label="Keep the responses that are there"
        hint="Beside the new ones, so that they can be compared."
        checked={form.keep}
        onChange={(event) => edit({ keep: event.target.checked })}
      />
    </FormDialog>
  );
}

/** How far the writing is, and once it is done, the way to the dataset. */
export function WritingJob({ jobId }: { jobId: number }) {
  const project = useProject();
  const client = useQueryClient();
  const { data: job } = useJob(jobId, () => {
    void client.invalidateQueries({ queryKey: ["datasets", project.id] });
  });
  if (!job) return <div className="h-16 border-y border-line" aria-hidden="true" />;
  const made = job.state === "succeeded" ? (job.result as { dataset?: number } | null)?.dataset : undefined;
  return (
    <div className="mb-4">
      <JobLine job={job} />
      {made !== undefined && (
        <LinkButton to={paths.datasetTab(project.id, made, "rows")} className="mt-3">
          Open the dataset
        </LinkButton>
      )}
    </div>
  );
}
