import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { SchemaControl } from "@/components/schema-form";
import { Async, Button, Dialog, Field, FormError, LinkButton, Select, toast } from "@/components/ui";
import type { Job } from "@/lib/api/types";
import { named, refusedOf, unplaced, useFormChecks, useFormEdits } from "@/lib/checked-form";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { type Entries, fieldsOf, paramsOf, problemsOf } from "@/lib/schema-form";
import { useProject } from "@/lib/session";
import {
  campaignsQuery,
  type EvaluationKind,
  judgesQuery,
  kindsQuery,
  type ModelDetail,
  modelsQuery,
  setsQuery,
  snapshotsQuery,
  startEvaluation,
} from "./api";

interface Props {
  model: ModelDetail;
  onClose: () => void;
  onStarted: (job: Job) => void;
}

/** In which way the model is to be tested, and on what. */
export function EvaluateDialog(props: Props) {
  const { model, onClose } = props;
  const query = useQuery(kindsQuery);
  const [chosen, setChosen] = useState("");
  const [busy, setBusy] = useState(false);
  const fitting = (query.data ?? []).filter((each) => each.model_kind === model.kind);
  const kind = fitting.find((each) => each.key === chosen) ?? fitting[0];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Evaluate ${model.name} v${model.version}`}
      description="What the model was trained on is left out of every number. You may leave the page meanwhile."
      footer={
        <Button type="submit" form={FORM} variant="primary" busy={busy} disabled={!kind}>
          Evaluate
        </Button>
      }
    >
      {/* There before the kinds are, so that the dialog opens with the focus on it. */}
      <Field label="What to measure" required mark={false} hint={kind?.description} className="mb-4">
        <Select
          value={kind?.key ?? ""}
          onChange={(event) => setChosen(event.target.value)}
          options={fitting.map((each) => ({ value: each.key, label: each.title }))}
        />
      </Field>
      <Async query={query}>
        {() => kind && <KindForm key={kind.key} kind={kind} onBusy={setBusy} {...props} />}
      </Async>
    </Dialog>
  );
}

const FORM = "evaluate-form";
const PARTY_NAMES = ["against", "judge", "campaign"] as const;

interface EvaluateForm extends Record<(typeof PARTY_NAMES)[number], string> {
  /** "set:4" or "snapshot:7". */
  on: string;
  entries: Entries;
}

const EMPTY: EvaluateForm = { on: "", against: "", judge: "", campaign: "", entries: {} };

function KindForm({
  kind,
  model,
  onBusy,
  onClose,
  onStarted,
}: Props & { kind: EvaluationKind; onBusy: (busy: boolean) => void }) {
  const client = useQueryClient();
  const fields = fieldsOf(kind.params_schema).filter(isPlain);
  const { form, edit, changed, settle } = useFormEdits(EMPTY);
  const start = useMutation({
    mutationFn: () => {
      const [what, number] = form.on.split(":");
      return startEvaluation(model.id, {
        kind: kind.key,
        [what === "snapshot" ? "snapshot" : "set"]: Number(number),
        params: paramsOf(fields, form.entries),
        against: form.against ? Number(form.against) : null,
        judge: form.judge ? Number(form.judge) : null,
        campaign: form.campaign ? Number(form.campaign) : null,
      });
    },
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: (job) => {
      if (job.state === "succeeded") toast.ok("This was measured before; here it is.");
      void client.invalidateQueries({ queryKey: ["model", model.id, "evaluations"] });
      onStarted(job);
      onClose();
    },
    onError: settle,
  });
  const refused = refusedOf(start.error, { params: fields });
  const { wrong, submit } = useFormChecks({
    id: FORM,
    changed,
    problems: () => ({
      ...named("params", problemsOf(fields, form.entries)),
      ...(!form.on && { set: "Choose a set." }),
    }),
    error: start.error,
    refused,
    send: () => start.mutate(),
  });
  return (
    <form
      id={FORM}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit();
      }}
      className="flex flex-col gap-4"
    >
      <FormError>{unplaced(start.error, refused, PLACES)}</FormError>
      <SetField
        value={form.on}
        onChange={(on) => edit({ on }, "set", "snapshot")}
        problem={wrong("set") ?? wrong("snapshot")}
      />
      {PARTY_NAMES.map((name) => (
        <PartyField
          key={name}
          name={name}
          takes={kind[`takes_${name}`]}
          model={model}
          value={form[name]}
          problem={wrong(name)}
          onChange={(value) => edit({ [name]: value })}
        />
      ))}
      {fields.length > 0 && (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          {fields.map((field) => (
            <SchemaControl
              key={field.name}
              field={field}
              entries={form.entries}
              problems={problemOf(field.name, wrong(`params.${field.name}`))}
              onChange={(name, entry) =>
                edit({ entries: { ...form.entries, [name]: entry } }, `params.${name}`)
              }
            />
          ))}
        </div>
      )}
    </form>
  );
}

/** What says itself what the server refused of it. */
const PLACES = /^(set|snapshot|against|judge|campaign|params\..*)$/;

const problemOf = (name: string, problem: string | undefined): Record<string, string> =>
  problem === undefined ? {} : { [name]: problem };

type PlainField = Parameters<typeof SchemaControl>[0]["field"];

const isPlain = (field: ReturnType<typeof fieldsOf>[number]): field is PlainField =>
  !["pick", "picks", "column"].includes(field.control);

function SetField({
  value,
  problem,
  onChange,
}: {
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}) {
  const project = useProject();
  const sets = useQuery(setsQuery(project.id));
  const snapshots = useQuery(snapshotsQuery(project.id));
  const ready = (sets.data?.results ?? []).filter((each) => each.state === "ready");
  const taken = new Set(ready.map((each) => each.snapshot));
  const held = (snapshots.data?.results ?? []).filter(
    (each) => each.state === "ready" && (each.splits.test ?? 0) > 0 && !taken.has(each.id),
  );
  const nothing = sets.isSuccess && snapshots.isSuccess && ready.length + held.length === 0;
  return (
    <Field
      label="On"
      required
      error={problem}
      hint={
        nothing
          ? "There is nothing to test on yet: add a benchmark file, or freeze a snapshot with a test fraction."
          : undefined
      }
    >
      {nothing ? (
        <LinkButton to={paths.evaluationSets(project.id)}>Add an evaluation set</LinkButton>
      ) : (
        <Select
          value={value}
          onChange={(event) => onChange(event.target.value)}
          options={[
            { value: "", label: "Choose one" },
            ...ready.map((each) => ({
              value: `set:${each.id}`,
              label: `${each.name} (${formatCount(each.counts.items)} items)`,
            })),
            ...held.map((each) => ({
              value: `snapshot:${each.id}`,
              label: `Held-out pairs of ${each.name} · ${each.id} (${formatCount(each.splits.test ?? 0)})`,
            })),
          ]}
        />
      )}
    </Field>
  );
}

const PARTIES = {
  against: { label: "Beside", none: "None", hint: undefined },
  judge: { label: "Judge", none: "No judge", hint: "It is asked about every pair, in both orders." },
  campaign: {
    label: "Campaign",
    none: "No campaign",
    hint: "The pairs are queued to it; its annotators do not see who wrote what.",
  },
} as const;

function PartyField({
  name,
  takes,
  model,
  value,
  problem,
  onChange,
}: {
  name: keyof typeof PARTIES;
  takes: EvaluationKind["takes_judge"];
  model: ModelDetail;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}) {
  const project = useProject();
  const wanted = takes !== "no";
  const models = useQuery({ ...modelsQuery(project.id), enabled: wanted && name === "against" });
  const judges = useQuery({ ...judgesQuery(project.id), enabled: wanted && name === "judge" });
  const campaigns = useQuery({ ...campaignsQuery(project.id), enabled: wanted && name === "campaign" });
  if (!wanted) return null;
  const options = {
    against: (models.data?.results ?? [])
      .filter((each) => each.kind === model.kind && each.id !== model.id)
      .map((each) => ({ value: String(each.id), label: `${each.name} v${each.version}` })),
    judge: (judges.data?.results ?? [])
      .filter((each) => each.level === "pair")
      .map((each) => ({ value: String(each.id), label: `${each.name} v${each.version}` })),
    campaign: (campaigns.data?.results ?? [])
      .filter((each) => each.state !== "finished")
      .map((each) => ({ value: String(each.id), label: each.name })),
  }[name];
  return (
    <Field label={PARTIES[name].label} required={takes === "must"} hint={PARTIES[name].hint} error={problem}>
      <Select
        value={value}
        onChange={(event) => onChange(event.target.value)}
        options={[{ value: "", label: takes === "must" ? "Choose one" : PARTIES[name].none }, ...options]}
      />
    </Field>
  );
}
