import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { JobLine, useJob } from "@/components/job-strip";
import { Problem, SchemaControl } from "@/components/schema-form";
import { Async, Checkbox, Field, FormDialog, Input, LinkButton } from "@/components/ui";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { DatasetVersion, Job, Page } from "@/lib/api/types";
import { refusedOf, unplaced, useFormChecks, useFormEdits } from "@/lib/checked-form";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import {
  isAtEndpoint,
  NUMBERS,
  RESPONSES,
  responsesBody,
  responsesProblems,
  SAMPLING,
  type WriterModel,
} from "./responses";

interface Props {
  version: DatasetVersion;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

const FORM = "responses-form";

const keyOf = (model: WriterModel) => `${model.source} ${JSON.stringify(model.model)}`;

/** Models write candidates for people and judges to compare; the end is a dataset of its own. */
export function ResponsesDialog({ version, onClose, onStarted }: Props) {
  const project = useProject();
  const { form, edit, changed, settle } = useFormEdits(RESPONSES);
  const models = useQuery({
    queryKey: ["judge-models", project.id],
    queryFn: ({ signal }) =>
      api.get<Page<WriterModel>>(`/api/projects/${project.id}/judge-models/`, { signal }),
  });
  const chosen = (models.data?.results ?? []).filter((each) => form.chosen.includes(keyOf(each)));
  const start = useMutation({
    mutationFn: () =>
      api.post<Job>(`/api/dataset-versions/${version.id}/responses/`, responsesBody(form, chosen), {
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: (job) => {
      onStarted(job);
      onClose();
    },
    onError: settle,
  });
  const refused = refusedOf(start.error, { sampling: SAMPLING });
  const { wrong, submit } = useFormChecks({
    id: FORM,
    changed,
    problems: () => responsesProblems(form, chosen),
    error: start.error,
    refused,
    send: () => start.mutate(),
  });
  return (
    <FormDialog
      id={FORM}
      onClose={onClose}
      title="Write responses with models"
      description={`To prompts of version ${version.number}. Each prompt is answered once by each model and sample; the result is a new dataset, in which readers do not see who wrote what.`}
      submit="Write responses"
      mutation={start}
      refusal={unplaced(start.error, refused, PLACES)}
      noValidate
      onSubmit={submit}
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
                    edit(
                      {
                        chosen: event.target.checked
                          ? [...form.chosen, keyOf(each)]
                          : form.chosen.filter((key) => key !== keyOf(each)),
                      },
                      "writers",
                    )
                  }
                />
              ))}
            </div>
          )}
        </Async>
        <Problem text={wrong("writers")} />
      </fieldset>
      {chosen.some(isAtEndpoint) && (
        <Field
          label="Model at the endpoint"
          required
          hint="As the endpoint calls it."
          error={wrong("model.model")}
        >
          <Input
            value={form.endpointModel}
            autoComplete="off"
            onChange={(event) => edit({ endpointModel: event.target.value }, "model.model")}
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
        {NUMBERS.map(
          ({ name, field }) =>
            field.control === "number" && (
              <SchemaControl
                key={name}
                field={field}
                entries={form.entries}
                problems={problemOf(field.name, wrong(name))}
                onChange={(key, entry) => edit({ entries: { ...form.entries, [key]: entry } }, name)}
              />
            ),
        )}
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

/** What says itself what the server refused of it. */
const PLACES = /^(writers|model\.model|name|prompts|samples|sampling\..+)$/;

const problemOf = (name: string, problem: string | undefined): Record<string, string> =>
  problem === undefined ? {} : { [name]: problem };

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
