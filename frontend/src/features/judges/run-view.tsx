import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useAction } from "@/actions";
import { ColumnSummaries } from "@/components/column-summary";
import { isActive, JobStrip } from "@/components/job-strip";
import {
  ActionButton,
  Button,
  Figures,
  FormDialog,
  FormError,
  Icon,
  LinkButton,
  Section,
} from "@/components/ui";
import { fieldError, formError } from "@/lib/api/errors";
import { failureWords } from "@/lib/failure-words";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { Answers } from "./answers";
import { bringHome, capRun, type JudgeDetail, type JudgeMeter, type JudgeRun } from "./api";
import { CapField } from "./cap-field";
import { homeRefusal } from "./runs";
import { capOf, formatUsd } from "./words";

interface Props {
  run: JudgeRun;
  judge: JudgeDetail;
  onChanged: () => void;
}

/** One run: how far it is, what it used, what failed, what it said, and the way home for its rows. */
export function RunView({ run, judge, onChanged }: Props) {
  const active = run.job !== null && isActive(run.job.state);
  return (
    <section
      aria-label={`Run on ${run.dataset_version.dataset_name} v${run.dataset_version.number}`}
      className="mt-8"
    >
      {run.job && (active || run.signal.state !== "ready") && (
        <JobStrip jobId={run.job.id} onEnd={onChanged} />
      )}
      <div className="mt-4 flex flex-wrap items-start gap-x-8 gap-y-4">
        <div className="min-w-0 flex-1">
          <Figures items={usedOf(run.meter, Boolean(judge.prices))} />
        </div>
        <Home run={run} judge={judge} onChanged={onChanged} />
      </div>
      {!active && <Failures run={run} />}
      {run.signal.state === "ready" && (
        <div className="mt-8">
          <Section
            title="What it said"
            actions={
              <LinkButton
                size="sm"
                to={paths.datasetTab(judge.project, run.dataset_version.dataset, "signals")}
                search={{ version: String(run.dataset_version.number), signal: String(run.signal.id) }}
              >
                Open as a signal
              </LinkButton>
            }
          >
            <ColumnSummaries signal={run.signal} />
          </Section>
        </div>
      )}
      <div className="mt-8">
        <Answers run={run} active={active} />
      </div>
    </section>
  );
}

function usedOf(meter: JudgeMeter | null, priced: boolean) {
  if (!meter) return [];
  return [
    { label: "Questions asked", value: formatCount(meter.calls) },
    { label: "Answered before", value: formatCount(meter.reused), note: "not asked again" },
    { label: "Failed", value: formatCount(meter.failed) },
    {
      label: "Tokens read",
      value: formatCount(meter.prompt_tokens),
      note: meter.cached_tokens > 0 ? `${formatCount(meter.cached_tokens)} shared with others` : undefined,
    },
    { label: "Tokens written", value: formatCount(meter.completion_tokens) },
    ...(priced
      ? [
          {
            label: "Spent",
            value: formatUsd(meter.cost_usd),
            note: meter.cap_usd === null ? "no cap" : `of ${formatUsd(meter.cap_usd)}`,
          },
        ]
      : []),
  ];
}

/** Rows of the signal that failed, by reason, once the strip that says so is gone. */
function Failures({ run }: { run: JudgeRun }) {
  const reasons = Object.entries(run.job?.failures ?? {}).sort(([, a], [, b]) => b - a);
  if (run.signal.state !== "ready" || reasons.length === 0) return null;
  return (
    <ul aria-label="Failures by reason" className="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-sm text-warn">
      {reasons.map(([reason, count]) => (
        <li key={reason} className="flex items-center gap-1">
          <Icon name="warning" size={12} />
          <span className="num">{formatCount(count)} ×</span> {failureWords(reason)}
        </li>
      ))}
    </ul>
  );
}

function Home({ run, judge, onChanged }: Props) {
  const project = useProject();
  const canManage = useCan("dataset.manage");
  const [job, setJob] = useState<number | null>(null);
  const [capping, setCapping] = useState(false);
  const refusal = homeRefusal(run, judge);
  const bring = useMutation({
    mutationFn: () => bringHome(run.id),
    onSuccess: (started) => setJob(started.id),
  });
  const home = useAction({
    id: "judge.home",
    label: judge.gives === "votes" ? "Bring labels home" : "Bring drafts home",
    keys: ["b"],
    group: "Judge",
    icon: "download",
    when: () => canManage && refusal === null && !bring.isPending,
    run: () => bring.mutate(),
  });
  const canCap = Boolean(judge.prices) && run.meter !== null && run.signal.state !== "ready";
  const id = useId();
  return (
    <div className="flex max-w-[46ch] flex-col items-start gap-2">
      <div className="flex flex-wrap gap-2">
        {canManage && <ActionButton action={home} busy={bring.isPending} aria-describedby={id} />}
        {canCap && <Button onClick={() => setCapping(true)}>Change cap</Button>}
      </div>
      {canManage && (
        <p id={id} className="text-sm text-muted">
          {refusal ??
            (judge.gives === "votes"
              ? "Its verdicts become labels of source judge in a new version of the dataset, apart from people’s."
              : "Its drafts become annotations in a new version of the dataset, for people to confirm or correct.")}
        </p>
      )}
      <FormError>{bring.error && formError(bring.error)}</FormError>
      {job !== null && (
        <div className="w-full min-w-72">
          <JobStrip jobId={job} onEnd={onChanged} />
          <LinkButton
            className="mt-2"
            size="sm"
            to={paths.datasetTab(project.id, run.dataset_version.dataset, "versions")}
          >
            Versions of {run.dataset_version.dataset_name}
          </LinkButton>
        </div>
      )}
      {capping && <CapDialog run={run} onClose={() => setCapping(false)} onChanged={onChanged} />}
    </div>
  );
}

function CapDialog({
  run,
  onClose,
  onChanged,
}: {
  run: JudgeRun;
  onClose: () => void;
  onChanged: () => void;
}) {
  const before = run.meter?.cap_usd ?? null;
  const [typed, setTyped] = useState(before === null ? "" : String(before));
  const [tried, setTried] = useState(false);
  const found = capOf(typed);
  const save = useMutation({
    mutationFn: (cap: string | null) => capRun(run.id, cap),
    onSuccess: () => {
      onChanged();
      onClose();
    },
  });
  const submit = () => {
    setTried(true);
    if ("cap" in found) save.mutate(found.cap);
  };
  return (
    <FormDialog
      onClose={onClose}
      size="sm"
      title="Change the cap"
      description={`${formatUsd(run.meter?.cost_usd)} spent so far. A run that stopped at its cap goes on when it is resumed.`}
      submit={"cap" in found && found.cap === null ? "Lift the cap" : "Set the cap"}
      mutation={save}
      noValidate
      onSubmit={submit}
    >
      <CapField
        value={typed}
        hint="Empty lifts the cap."
        problem={
          (tried && "problem" in found ? found.problem : undefined) ?? fieldError(save.error, "cap_usd")
        }
        onChange={setTyped}
      />
    </FormDialog>
  );
}
