import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Async, Button, Dialog, FormError, Link } from "@/components/ui";
import { api, newIdempotencyKey } from "@/lib/api/client";
import { messageOf } from "@/lib/api/errors";
import type { DatasetVersion, Job, ModelVersion } from "@/lib/api/types";
import { countOf, formatNumber, formatPercent } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useRewardModels } from "./queries";

interface ScoreDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  version: DatasetVersion;
  onStarted: () => void;
}

/** Choose a reward model and score every response of a version with it. */
export function ScoreDialog({ open, onOpenChange, version, onStarted }: ScoreDialogProps) {
  const project = useProject();
  const form = useId();
  const models = useRewardModels(project.id, open);
  const [model, setModel] = useState<number | null>(null);
  const chosen = model ?? models.data?.[0]?.id ?? null;
  const start = useMutation({
    mutationFn: () =>
      api.post<Job>(
        `/api/dataset-versions/${version.id}/signals/`,
        { kind: "reward_score", params: { model: chosen } },
        { idempotencyKey: newIdempotencyKey() },
      ),
    onSuccess: () => {
      onStarted();
      onOpenChange(false);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Score with reward model"
      description={`Every response of the ${countOf(version.rows, "row")} of version ${version.number} gets a score. You may leave the page meanwhile.`}
      footer={
        <Button type="submit" form={form} variant="primary" disabled={chosen === null} busy={start.isPending}>
          Score {countOf(version.rows, "row")}
        </Button>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <FormError>{start.error && messageOf(start.error)}</FormError>
        <Async query={models} skeletonLines={2}>
          {(found) =>
            found.length === 0 ? (
              <p className="text-muted">
                This project has no reward model yet. Train one under{" "}
                <Link to={paths.runs(project.id)} onClick={() => onOpenChange(false)}>
                  Runs
                </Link>{" "}
                from an exported snapshot, then come back.
              </p>
            ) : (
              <fieldset>
                <legend className="mb-1 font-medium">Reward model</legend>
                {found.map((each) => (
                  <ModelChoice
                    key={each.id}
                    model={each}
                    checked={each.id === chosen}
                    onChoose={() => setModel(each.id)}
                  />
                ))}
              </fieldset>
            )
          }
        </Async>
      </form>
    </Dialog>
  );
}

function ModelChoice({
  model,
  checked,
  onChoose,
}: {
  model: ModelVersion;
  checked: boolean;
  onChoose: () => void;
}) {
  const accuracy = model.metrics?.eval_accuracy;
  return (
    <label className="flex items-start gap-2 border-b border-line py-2 last:border-b-0">
      <input
        type="radio"
        name="model"
        checked={checked}
        onChange={onChoose}
        className="mt-0.5 size-4 accent-[var(--accent)]"
      />
      <span>
        <span className="font-medium">
          {model.name} v{model.version}
        </span>
        <span className="block text-sm text-muted">
          {model.base_model}
          {typeof accuracy === "number" && ` · right on ${formatPercent(accuracy)} of test pairs`}
          {typeof model.metrics?.eval_loss === "number" &&
            ` · test loss ${formatNumber(model.metrics.eval_loss)}`}
        </span>
      </span>
    </label>
  );
}
