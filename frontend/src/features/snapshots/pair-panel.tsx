import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import { ErrorState, IconButton, SidePanel, Skeleton } from "@/components/ui";
import { ApiError } from "@/lib/api/errors";
import { formatCount } from "@/lib/format";
import { lineageQuery } from "./api";
import { ChoiceBar } from "./choice-bar";
import { PairStory } from "./pair-story";

interface Props {
  pairId: string;
  /** The snapshots in which the pair can be read; the first that knows it is shown. */
  views: { snapshot: number; label: string }[];
  position: { index: number; count: number; more: boolean } | null;
  canStep: (by: 1 | -1) => boolean;
  onStep: (by: 1 | -1) => void;
  onClose: () => void;
}

/** One pair beside the list: why it is in or out. j and k go through the list while it is open. */
export function PairPanel({ pairId, views, position, canStep, onStep, onClose }: Props) {
  const [picked, setPicked] = useState<number | null>(null);
  const shown = picked ?? views[0]?.snapshot ?? 0;
  const previous = useAction({
    id: "pair.previous",
    label: "Previous pair",
    keys: ["k", "ArrowLeft"],
    group: "Pairs",
    repeat: true,
    when: () => canStep(-1),
    run: () => onStep(-1),
  });
  const next = useAction({
    id: "pair.next",
    label: "Next pair",
    keys: ["j", "ArrowRight"],
    group: "Pairs",
    repeat: true,
    when: () => canStep(1),
    run: () => onStep(1),
  });
  const title = position
    ? `Pair ${formatCount(position.index + 1)} of ${formatCount(position.count)}${position.more ? " loaded" : ""}`
    : "Pair";
  return (
    <SidePanel
      open
      onClose={onClose}
      title={title}
      actions={
        <>
          <IconButton
            icon="chevron-left"
            label="Previous pair (k)"
            disabled={!canStep(-1)}
            onClick={previous.run}
          />
          <IconButton icon="chevron-right" label="Next pair (j)" disabled={!canStep(1)} onClick={next.run} />
        </>
      }
    >
      {views.length > 1 && (
        <ChoiceBar
          label="In which snapshot"
          value={String(shown)}
          choices={views.map((view) => ({ value: String(view.snapshot), label: view.label }))}
          onChange={(value) => setPicked(Number(value))}
        />
      )}
      <Shown key={`${shown} ${pairId}`} snapshot={shown} pairId={pairId} />
    </SidePanel>
  );
}

function Shown({ snapshot, pairId }: { snapshot: number; pairId: string }) {
  const query = useQuery(lineageQuery(snapshot, pairId));
  if (query.data) return <PairStory lineage={query.data} />;
  if (query.error instanceof ApiError && query.error.status === 404)
    return (
      <p className="text-muted">This snapshot decided about no such pair: its dataset version has none.</p>
    );
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton lines={10} />;
}
