import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useAction } from "@/actions";
import { blockOf, useExportCheck, useOptionFields } from "@/components/export-options";
import { SaveBar } from "@/components/save-bar";
import { ActionButton, Field, Input, LinkButton, Section } from "@/components/ui";
import { useUnsavedGuard } from "@/components/unsaved-guard";
import { fieldError } from "@/lib/api/errors";
import type { Run } from "@/lib/api/types";
import { named, refusedOf, unplaced, useFormChecks, useFormEdits } from "@/lib/checked-form";
import { countOf, formatNumber } from "@/lib/format";
import { paths } from "@/lib/paths";
import { paramsOf, problemsOf } from "@/lib/schema-form";
import { useProject } from "@/lib/session";
import { cloneRun, createRun } from "./api";
import { BaseModelField } from "./base-model-field";
import { DataFields } from "./data-fields";
import { lossOf, type RunForm, runBody, runChanges, runProblems, settingFields } from "./form";
import { LaunchFields } from "./launch-fields";
import type { Lists } from "./lists";
import { MethodFields } from "./method-fields";
import { trainingRows } from "./needs";
import { expectedRows, planOf } from "./plan";
import { RowFields } from "./row-fields";
import { askedFor, formatsFor, rowProblems } from "./row-plan";
import { SettingFields } from "./setting-fields";

const FORM = "run-form";

/** Everything a run needs, from the data to the machine; `parent` is the run that is cloned. */
export function RunFormView({ lists, start, parent }: { lists: Lists; start: RunForm; parent?: Run }) {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { form, edit, changed, settle, isDirty } = useFormEdits(start);
  const guard = useUnsavedGuard(isDirty);
  const method = lists.methods.find((each) => each.kind === form.kind);
  const loss = lossOf(method, form.loss);
  const fields = method ? settingFields(method, loss, form.entries) : [];
  const chosen = lists.exports.find((each) => each.id === form.export);
  const snapshot = lists.snapshots.find((each) => each.id === form.snapshot);
  const formats = formatsFor(method, loss, lists.formats);
  const format = formats.find((each) => each.key === form.format) ?? formats[0];
  const rowFields = useOptionFields(form.export === null ? format : undefined, snapshot);
  const rowEntries = { ...askedFor(loss, rowFields), ...form.options };
  const unmet = rowProblems(loss, rowFields, rowEntries);
  const rowTroubles = { ...problemsOf(rowFields, rowEntries), ...unmet };
  const isWritten = form.export !== null || parent !== undefined;
  const check = useExportCheck({
    snapshot: isWritten ? undefined : snapshot?.id,
    format: format?.key,
    options: Object.keys(rowTroubles).length === 0 ? paramsOf(rowFields, rowEntries) : null,
  });
  const block = blockOf(check.current, true);

  const save = useMutation({
    mutationFn: () =>
      parent
        ? cloneRun(parent.id, runChanges(form, fields, loss, parent))
        : createRun(
            project.id,
            runBody(
              form,
              fields,
              loss,
              format && { format: format.key, options: paramsOf(rowFields, rowEntries) },
            ),
          ),
    onSuccess: (job) => {
      guard.release();
      void client.invalidateQueries({ queryKey: ["runs", project.id] });
      const run = job.subject?.type === "run" ? job.subject.id : null;
      void navigate({ to: run === null ? paths.runs(project.id) : paths.run(project.id, run) });
    },
    onError: settle,
  });
  const refusedLoss = fieldError(save.error, "config.loss_type");
  const refused = {
    ...refusedOf(save.error, { config: fields, options: rowFields }),
    ...(refusedLoss && { loss: refusedLoss }),
  };
  const { wrong, submit, isIncomplete } = useFormChecks({
    id: FORM,
    changed,
    problems: () => ({
      ...runProblems(form, fields),
      ...named("options", rowTroubles),
      ...(block && { rows: block }),
    }),
    error: save.error,
    refused,
    send: save.mutate,
  });
  const action = useAction({
    id: "run.start",
    label: Number(form.members) > 1 && !parent ? `Start ${form.members} runs` : "Start run",
    keys: ["$mod+Enter"],
    whileTyping: true,
    group: "Run",
    icon: "play",
    when: () => !save.isPending,
    run: submit,
  });

  return (
    <form
      id={FORM}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit();
      }}
    >
      {guard.dialog}
      {parent && (
        <p className="mb-6 max-w-[72ch] text-muted">
          A clone trains on the same rows with the same method, so that what you change here is all that
          differs. The run page marks it.
        </p>
      )}
      <Section title="What it learns from">
        <DataFields
          form={form}
          lists={lists}
          method={method}
          isClone={parent !== undefined}
          wrong={wrong}
          onChange={edit}
        />
      </Section>
      <Section title="How it learns">
        <MethodFields
          form={form}
          methods={lists.methods}
          formats={lists.formats}
          chosen={chosen}
          isClone={parent !== undefined}
          wrong={wrong}
          onChange={edit}
        />
      </Section>
      {!isWritten && (
        <RowFields
          formats={formats}
          chosen={format}
          fields={rowFields}
          entries={rowEntries}
          loss={loss}
          check={check}
          unmet={Object.values(unmet)[0]}
          wrong={wrong}
          onFormat={(key) => edit({ format: key, options: {} }, "format")}
          onChange={(name, entry) => edit({ options: { ...form.options, [name]: entry } }, `options.${name}`)}
        />
      )}
      <Section title="The model it starts from">
        <BaseModelField form={form} models={lists.models} wrong={wrong} onChange={edit} />
      </Section>
      <Section title="Settings">
        {method && (
          <SettingFields
            method={method}
            loss={loss}
            entries={form.entries}
            wrong={(name) => wrong(`config.${name}`)}
            onChange={(name, entry) =>
              edit({ entries: { ...form.entries, [name]: entry } }, `config.${name}`)
            }
          />
        )}
      </Section>
      <Section title="Where it runs">
        <LaunchFields
          form={form}
          launchers={lists.launchers}
          isClone={parent !== undefined}
          wrong={wrong}
          onChange={edit}
        />
      </Section>
      <Section title="What it is called">
        <Field
          label="Name"
          mark={false}
          hint="Its model gets this name. Empty: the base model and the method."
          error={wrong("name")}
          className="max-w-md"
        >
          <Input
            dir="auto"
            maxLength={120}
            autoComplete="off"
            value={form.name}
            onChange={(event) => edit({ name: event.target.value })}
          />
        </Field>
      </Section>
      <SaveBar refusal={unplaced(save.error, refused, PLACES)} isIncomplete={isIncomplete}>
        <div className="flex flex-wrap items-center justify-end gap-x-4 gap-y-2">
          <p aria-live="polite" className="num min-w-56 flex-1 text-sm text-muted">
            {planWords()}
          </p>
          <LinkButton to={parent ? paths.run(project.id, parent.id) : paths.runs(project.id)}>
            {parent ? "Back to the run" : "Back to the runs"}
          </LinkButton>
          <ActionButton action={action} variant="primary" busy={save.isPending} />
        </div>
      </SaveBar>
    </form>
  );

  function planWords(): string {
    const given = trainingRows(chosen, snapshot);
    if (given === null) return "";
    if (block) return "There is nothing to train on; the rows it reads say why.";
    const { rows, isExact } = chosen
      ? { rows: given, isExact: true }
      : expectedRows(form.kind, given, check.current);
    const plan = planOf(rows, fields, form.entries, Number(form.gpus) || 0);
    const told = `${isExact ? "" : "about "}${countOf(rows, "training row")}`;
    if (!plan) return told;
    return [
      told,
      `${plan.perStep} in a step`,
      countOf(plan.steps, "step"),
      `${formatNumber(plan.epochs, 2)} ${plan.epochs === 1 ? "pass" : "passes"} over the data`,
    ].join(" · ");
  }
}

/** What says itself what the server refused of it. */
const PLACES =
  /^(name|base_model|snapshot|export|kind|loss|launcher|gpus|priority|members|format|config\..*|options\..*)$/;
