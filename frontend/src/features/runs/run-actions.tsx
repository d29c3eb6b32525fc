import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "@/actions";
import { useJob } from "@/components/job-strip";
import { ActionButton, Button, Dialog, LinkButton, toast } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { cancelRun, isRunning, resumeRun, runQuery } from "./api";

/** Cancel, resume, clone; then on to the model. */
export function RunActions({ run }: { run: Run }) {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const canManage = useCan("run.manage");
  const [asking, setAsking] = useState(false);
  const { data: job } = useJob(run.job, () => void client.invalidateQueries({ queryKey: ["run", run.id] }));
  const stopping = job?.cancel_requested === true && job.state !== "cancelled";
  const canResume =
    !stopping &&
    (job?.can.resume === true ||
      job?.can.retry_failed === true ||
      run.state === "failed" ||
      run.state === "cancelled");
  const changed = (next: Run) => {
    client.setQueryData(runQuery(run.id).queryKey, next);
    void client.invalidateQueries({ queryKey: ["runs", project.id] });
    void client.invalidateQueries({ queryKey: ["job", run.job] });
  };
  const stop = useMutation({
    mutationFn: () => cancelRun(run.id),
    onSuccess: changed,
    onError: toast.error,
    onSettled: () => setAsking(false),
  });
  const goOn = useMutation({ mutationFn: () => resumeRun(run.id), onSuccess: changed, onError: toast.error });
  const cancel = useAction({
    id: "run.cancel",
    label: "Cancel run",
    keys: ["x"],
    group: "Run",
    icon: "stop",
    when: () => canManage && isRunning(run.state) && !stopping && !stop.isPending,
    run: () => setAsking(true),
  });
  const resume = useAction({
    id: "run.resume",
    label: "Resume",
    keys: ["r"],
    group: "Run",
    icon: "play",
    when: () => canManage && canResume && !goOn.isPending,
    run: () => goOn.mutate(),
  });
  const clone = useAction({
    id: "run.clone",
    label: "Clone with changes",
    keys: ["c"],
    group: "Run",
    icon: "copy",
    when: () => canManage,
    run: () => void navigate({ to: paths.newRun(project.id), search: { clone: String(run.id) } as never }),
  });
  const compare = useAction({
    id: "run.compare",
    label: "Compare",
    keys: ["v"],
    group: "Run",
    icon: "chart",
    run: () =>
      void navigate({
        to: paths.compareRuns(project.id),
        search: { runs: [run.id, run.parent].filter(Boolean).join(",") } as never,
      }),
  });
  return (
    <>
      <ActionButton action={compare} />
      {canManage && isRunning(run.state) && (
        <ActionButton action={cancel} busy={stop.isPending}>
          {stopping ? "Stopping…" : cancel.label}
        </ActionButton>
      )}
      {canManage && canResume && <ActionButton action={resume} busy={goOn.isPending} />}
      {canManage && <ActionButton action={clone} />}
      {run.model_version !== null && (
        <LinkButton to={paths.model(project.id, run.model_version)} variant="primary">
          Look at the model
        </LinkButton>
      )}
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        size="sm"
        title={`Cancel “${run.name}”?`}
        description="It stops after the current step and keeps a checkpoint, from which it can be resumed."
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Let it run</Button>
            <Button variant="danger" busy={stop.isPending} onClick={() => stop.mutate()}>
              Cancel run
            </Button>
          </>
        }
      />
    </>
  );
}
