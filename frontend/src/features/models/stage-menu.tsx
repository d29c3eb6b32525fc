import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Badge, Button, Confirm, DropdownMenu, Icon, MenuItem, type Tone, toast } from "@/components/ui";
import { messageOf } from "@/lib/api/errors";
import { useCan, useProject } from "@/lib/session";
import { type ModelDetail, modelsQuery, STAGES, type Stage, setStage } from "./api";

const TONES: Record<Stage, Tone> = {
  candidate: "neutral",
  staging: "accent",
  production: "ok",
  archived: "neutral",
};

export function StageBadge({ stage }: { stage: Stage }) {
  return <Badge tone={TONES[stage]}>{STAGES[stage]}</Badge>;
}

/** The stage, and for those who may, the way to another; production is asked about first. */
export function StageMenu({ model }: { model: ModelDetail }) {
  const project = useProject();
  const client = useQueryClient();
  const canManage = useCan("model.manage");
  const [asking, setAsking] = useState(false);
  const others = useQuery({ ...modelsQuery(project.id), enabled: asking }).data?.results ?? [];
  const before = others.find(
    (each) => each.name === model.name && each.stage === "production" && each.id !== model.id,
  );
  const move = useMutation({
    mutationFn: (stage: Stage) => setStage(model.id, stage),
    onSuccess: (moved) => {
      client.setQueryData(["model", model.id], moved);
      void client.invalidateQueries({ queryKey: ["models", project.id] });
      void client.invalidateQueries({ queryKey: ["model", model.id, "card"] });
    },
    onError: (error) => toast.error(messageOf(error)),
  });
  if (!canManage) return <StageBadge stage={model.stage} />;
  return (
    <Confirm
      variant="primary"
      title={`Move ${model.name} v${model.version} to production`}
      description={
        before
          ? `Version ${before.version}, which is there now, goes back to staging.`
          : `No other version of ${model.name} is in production.`
      }
      confirm="Move to production"
      onConfirm={() => move.mutateAsync("production")}
      trigger={(ask) => (
        <DropdownMenu
          align="start"
          trigger={
            <Button
              size="sm"
              variant="ghost"
              className="ps-0!"
              busy={move.isPending}
              aria-label={`Stage: ${STAGES[model.stage]}`}
            >
              <StageBadge stage={model.stage} />
              <Icon name="chevron-down" className="text-muted" />
            </Button>
          }
        >
          {(Object.keys(STAGES) as Stage[])
            .filter((stage) => stage !== model.stage)
            .map((stage) => (
              <MenuItem
                key={stage}
                onSelect={() => {
                  if (stage !== "production") return move.mutate(stage);
                  setAsking(true);
                  ask();
                }}
              >
                Move to {STAGES[stage].toLowerCase()}
              </MenuItem>
            ))}
        </DropdownMenu>
      )}
    />
  );
}
