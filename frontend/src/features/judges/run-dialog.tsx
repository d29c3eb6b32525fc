import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox, Field, FormDialog, NumberInput, Select, toast } from "@/components/ui";
import { fieldError } from "@/lib/api/errors";
import type { Job } from "@/lib/api/types";
import { type JudgeDetail, type JudgeProtocol, startRun } from "./api";
import { RUN, type RunForm, runBody, runProblems } from "./runs";
import { useVersionChoice, VersionFields } from "./version-fields";

/** Which rows a judge is to look at. */
export function RunDialog({
  judge,
  protocol,
  onClose,
  onStarted,
}: {
  judge: JudgeDetail;
  protocol: JudgeProtocol | undefined;
  onClose: () => void;
  onStarted: (job: Job) => void;
}) {
  const [form, setForm] = useState<RunForm>(RUN);
  const [tried, setTried] = useState(false);
  const edit = (change: Partial<RunForm>) => setForm((before) => ({ ...before, ...change }));
  const choice = useVersionChoice(form);
  const version = choice.chosen?.id;
  const priced = Boolean(judge.prices);
  const problems = tried ? runProblems(form, version, priced) : {};
  const start = useMutation({
    mutationFn: (chosen: number) => startRun(judge.id, runBody(form, chosen, priced)),
    onSuccess: (job) => {
      if (job.state === "succeeded") toast.ok("It has judged exactly this before: here is what it said.");
      onStarted(job);
      onClose();
    },
  });
  const wrong = (name: string) =>
    problems[name] ?? fieldError(start.error, name) ?? fieldError(start.error, `params.${name}`);
  const submit = () => {
    setTried(true);
    if (version !== undefined && Object.keys(runProblems(form, version, priced)).length === 0) {
      start.mutate(version);
    }
  };
  return (
    <FormDialog
      onClose={onClose}
      title={`Let ${judge.name} v${judge.version} judge`}
      description={`${protocol?.title ?? "It"}${judge.level === "pair" ? ", both orders of each pair" : ", each response by itself"}. You may leave the page meanwhile.`}
      submit={choice.chosen ? `Judge v${choice.chosen.number}` : "Judge"}
      mutation={start}
      noValidate
      className="flex flex-col gap-5"
      onSubmit={submit}
    >
      <VersionFields choice={choice} problem={wrong("dataset_version")} onChange={edit} />
      {judge.level === "pair" && (
        <Field
          label="Pairs"
          required
          hint="All pairs: every two responses of rows with up to 8 of them."
          error={wrong("pairs")}
        >
          <Select
            value={form.pairs}
            onChange={(event) => edit({ pairs: event.target.value as RunForm["pairs"] })}
            options={[
              { value: "labelled", label: "Pairs that have a label" },
              { value: "all", label: "All pairs" },
            ]}
          />
        </Field>
      )}
      <Checkbox
        label="Only rows that people labelled"
        hint="Leaves out what nobody has decided yet."
        checked={form.goldOnly}
        onChange={(event) => edit({ goldOnly: event.target.checked })}
      />
      <div className="grid grid-cols-2 gap-4">
        <Field
          label="Share of the rows, %"
          required
          hint="Less than 100 draws rows by lot."
          error={wrong("share")}
        >
          <NumberInput
            className="max-w-28"
            value={form.share}
            onChange={(event) => edit({ share: event.target.value })}
          />
        </Field>
        {priced && (
          <Field
            label="Spend at most, $"
            hint="It pauses there; the cap can be raised."
            error={wrong("cap_usd")}
          >
            <NumberInput
              className="max-w-28"
              value={form.cap}
              onChange={(event) => edit({ cap: event.target.value })}
            />
          </Field>
        )}
      </div>
    </FormDialog>
  );
}
