import { useQuery } from "@tanstack/react-query";
import { Problem } from "@/components/schema-form";
import { Button, Checkbox, Field, FormDialog, NumberInput } from "@/components/ui";
import { countOf } from "@/lib/format";
import { type JudgeDetail, probesQuery, startCheck } from "./api";
import { CapField } from "./cap-field";
import { CHECK, checkBody, checkProblems, ENOUGH, questionsOf, SOURCES } from "./checks";
import { useVersionForm } from "./use-version-form";
import { VersionFields } from "./version-fields";

/** Which labels count as the truth, how many pairs, and what is tried to move it. */
export function CheckDialog({
  judge,
  onClose,
  onStarted,
}: {
  judge: JudgeDetail;
  onClose: () => void;
  onStarted: () => void;
}) {
  const probes = useQuery(probesQuery);
  const priced = Boolean(judge.prices);
  const { form, edit, choice, wrong, mutation, submit } = useVersionForm({
    start: CHECK,
    problemsOf: (typed, version) => checkProblems(typed, version, priced),
    send: (typed, version) => startCheck(judge.id, checkBody(typed, version, priced)),
    onSent: () => {
      onStarted();
      onClose();
    },
  });
  const all = (probes.data ?? []).map((probe) => probe.name);
  const pairs = Number(form.sample);
  const questions = judge.level === "pair" ? questionsOf(pairs, form.probes.length) : null;
  return (
    <FormDialog
      onClose={onClose}
      size="lg"
      title={`Check ${judge.name} v${judge.version} against people’s labels`}
      description="It judges pairs that people have labelled. Where it contradicts itself when they are swapped, or sees a tie where they saw none, it is half right."
      submit={Number.isInteger(pairs) && pairs > 0 ? `Check on ${countOf(pairs, "pair")}` : "Check"}
      beside={
        questions !== null &&
        Number.isFinite(questions) && (
          <span className="num me-auto self-center text-sm text-muted">
            up to {countOf(questions, "question")}
          </span>
        )
      }
      mutation={mutation}
      noValidate
      className="flex flex-col gap-5"
      onSubmit={submit}
    >
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
        <div className="flex flex-col gap-5">
          <VersionFields choice={choice} problem={wrong("dataset_version")} onChange={edit} />
          <fieldset>
            <legend className="mb-1.5 font-medium">What counts as the truth</legend>
            <div className="flex flex-col gap-2">
              {SOURCES.map(({ source, label, hint }) => (
                <Checkbox
                  key={source}
                  label={label}
                  hint={hint}
                  checked={form.gold.includes(source)}
                  onChange={(event) => edit({ gold: toggled(form.gold, source, event.target.checked) })}
                />
              ))}
            </div>
            <Problem text={wrong("gold")} />
          </fieldset>
          <Field
            label="Pairs at most"
            required
            hint={`Drawn by lot. Below ${ENOUGH} nothing can be allowed.`}
            error={wrong("sample")}
          >
            <NumberInput
              whole
              className="max-w-28"
              value={form.sample}
              onChange={(event) => edit({ sample: event.target.value })}
            />
          </Field>
          {priced && (
            <CapField
              value={form.cap}
              hint="It stops there and can go on later."
              problem={wrong("cap_usd")}
              onChange={(cap) => edit({ cap })}
            />
          )}
        </div>
        <fieldset>
          <legend className="font-medium">
            Probes<span className="ms-1.5 font-normal text-faint">optional</span>
          </legend>
          <p className="text-sm text-muted">
            Each changes the pairs in a way that must not change the verdict, and asks again.
          </p>
          <div className="my-2 flex gap-2">
            <Button
              size="sm"
              onClick={() => edit({ probes: all })}
              disabled={form.probes.length === all.length}
            >
              Choose all
            </Button>
            <Button size="sm" onClick={() => edit({ probes: [] })} disabled={form.probes.length === 0}>
              Choose none
            </Button>
          </div>
          <div className="flex flex-col gap-2">
            {(probes.data ?? []).map((probe) => (
              <Checkbox
                key={probe.name}
                label={probe.title}
                hint={probe.expected}
                checked={form.probes.includes(probe.name)}
                onChange={(event) => edit({ probes: toggled(form.probes, probe.name, event.target.checked) })}
              />
            ))}
            {probes.error && <p className="text-sm text-danger">The probes could not be read.</p>}
          </div>
          <Problem text={wrong("probes")} />
        </fieldset>
      </div>
    </FormDialog>
  );
}

function toggled<T extends string>(chosen: T[], value: T, on: boolean): T[] {
  return on ? [...chosen.filter((each) => each !== value), value] : chosen.filter((each) => each !== value);
}
