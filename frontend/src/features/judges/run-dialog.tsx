import { Checkbox, Field, FormDialog, NumberInput, Select, toast } from "@/components/ui";
import type { Job } from "@/lib/api/types";
import { type JudgeDetail, type JudgeProtocol, startRun } from "./api";
import { CapField } from "./cap-field";
import { RUN, type RunForm, runBody, runProblems } from "./runs";
import { useVersionForm } from "./use-version-form";
import { VersionFields } from "./version-fields";

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
  const priced = Boolean(judge.prices);
  const { form, edit, choice, wrong, mutation, submit } = useVersionForm({
    start: RUN,
    problemsOf: (typed, version) => runProblems(typed, version, priced),
    send: (typed, version) => startRun(judge.id, runBody(typed, version, priced)),
    onSent: (job) => {
      if (job.state === "succeeded") toast.ok("It has judged exactly this before: here is what it said.");
      onStarted(job);
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title={`Let ${judge.name} v${judge.version} judge`}
      description={`${protocol?.title ?? "It"}${judge.level === "pair" ? ", both orders of each pair" : ", each response by itself"}. You may leave the page meanwhile.`}
      submit={choice.chosen ? `Judge v${choice.chosen.number}` : "Judge"}
      mutation={mutation}
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
          <CapField
            value={form.cap}
            hint="It pauses there; the cap can be raised."
            problem={wrong("cap_usd")}
            onChange={(cap) => edit({ cap })}
          />
        )}
      </div>
    </FormDialog>
  );
}
