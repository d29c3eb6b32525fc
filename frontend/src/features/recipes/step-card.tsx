import { type ComponentType, type DragEvent, type KeyboardEvent, useId } from "react";
import { DropdownMenu, Icon, IconButton, MenuItem, MenuSeparator } from "@/components/ui";
import type { FunnelStep, RecipeStep, RecipeStepKind, Signal } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { formatCount, sentence } from "@/lib/format";
import { summaryOf } from "@/lib/recipes/words";
import type { Preview } from "./api";
import type { CardProps } from "./cards/fields";
import { FilterCard, MarginCard, StrengthCard } from "./cards/filters";
import { ItemsCard } from "./cards/items";
import { LabelsCard } from "./cards/labels";
import { SchemaCard } from "./cards/schema";
import { DedupCard, LengthMatchCard, MakePairsCard, OrderCard, SelectCard, SplitCard } from "./cards/sets";
import { ZonesCard } from "./cards/zones";
import { isFixed, type StepChange } from "./steps";

const CARDS: Record<string, ComponentType<CardProps>> = {
  labels: LabelsCard,
  items: ItemsCard,
  make_pairs: MakePairsCard,
  strength: StrengthCard,
  signal_margin: MarginCard,
  filter: FilterCard,
  zones: ZonesCard,
  dedup: DedupCard,
  length_match: LengthMatchCard,
  select: SelectCard,
  split: SplitCard,
  order: OrderCard,
};

interface Props {
  step: RecipeStep;
  index: number;
  /** The places this step may be moved to; a fixed one may not. */
  range: { first: number; last: number };
  kind: RecipeStepKind | undefined;
  signals: Signal[];
  signalsPath: string | null;
  preview: Preview | undefined;
  /** What the last preview says of this step. */
  counts: FunnelStep | undefined;
  warnings: string[];
  problem: string | undefined;
  readOnly: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  onChange: (change: StepChange) => void;
  drag: { over: boolean; onStart: () => void; onOver: (event: DragEvent) => void; onEnd: () => void };
}

/** One step of the recipe: a line with what it does and what it leaves, and its parameters when open. */
export function StepCard({ step, index, kind, problem, warnings, open, readOnly, drag, ...rest }: Props) {
  const body = useId();
  const { range, counts, signals, onOpen, onChange } = rest;
  const name = kind?.title ?? sentence(step.type);
  const Card = CARDS[step.type];
  const movable = !readOnly && !isFixed(step);
  const move = (to: number) => {
    if (movable && to >= range.first && to <= range.last) onChange({ kind: "move", index, to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || by === undefined) return;
    event.preventDefault();
    move(index + by);
  };
  const parts: CardProps = {
    step,
    place: index,
    signals,
    preview: rest.preview,
    signalsPath: rest.signalsPath,
    edit: (patch) => onChange({ kind: "edit", index, patch }),
  };
  return (
    <li
      onDragOver={drag.onOver}
      onDrop={(event) => {
        event.preventDefault();
        drag.onEnd();
      }}
      className={cx("border-b border-line", drag.over && "bg-accent-soft")}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the heading's keys and the menu move the step too. */}
      <div
        draggable={movable}
        onDragStart={(event) => {
          event.dataTransfer.effectAllowed = "move";
          event.dataTransfer.setData("text/plain", name);
          drag.onStart();
        }}
        onDragEnd={drag.onEnd}
        className={cx("flex items-start gap-1 py-2", movable && "cursor-grab")}
      >
        <div className="min-w-0 flex-1">
          <h2 className="text-base">
            <button
              type="button"
              aria-expanded={open}
              aria-controls={body}
              aria-keyshortcuts={movable ? "Alt+ArrowUp Alt+ArrowDown" : undefined}
              title={movable ? "Alt+↑ and Alt+↓ move the step; it can be dragged too." : undefined}
              onClick={() => onOpen(!open)}
              onKeyDown={onKeyDown}
              className="flex w-full items-center gap-2 text-left"
            >
              <Icon name={open ? "chevron-down" : "chevron-right"} className="shrink-0 text-muted" />
              <span className="num text-faint">{index + 1}</span>
              <span className="min-w-0 flex-1 truncate">{name}</span>
              {!open && problem && <Icon name="warning" className="shrink-0 text-danger" />}
              {!open && !problem && warnings.length > 0 && (
                <Icon name="warning" className="shrink-0 text-warn" />
              )}
            </button>
          </h2>
          {!open && (
            <p className="truncate pl-6 text-sm text-muted" title={summaryOf(step, signals)}>
              {summaryOf(step, signals)}
            </p>
          )}
          <Counts counts={counts} />
        </div>
        {!readOnly && (
          <DropdownMenu trigger={<IconButton icon="more" label={`Step ${index + 1}: more`} size="sm" />}>
            {movable && (
              <>
                <MenuItem onSelect={() => move(index - 1)} disabled={index <= range.first}>
                  Move up
                </MenuItem>
                <MenuItem onSelect={() => move(index + 1)} disabled={index >= range.last}>
                  Move down
                </MenuItem>
                <MenuItem icon="copy" onSelect={() => onChange({ kind: "duplicate", index })}>
                  Duplicate
                </MenuItem>
                <MenuSeparator />
              </>
            )}
            <MenuItem icon="trash" danger onSelect={() => onChange({ kind: "remove", index })}>
              Remove
            </MenuItem>
          </DropdownMenu>
        )}
      </div>
      <div id={body} hidden={!open} className="pb-4 pl-6">
        {open && (
          <fieldset disabled={readOnly} className="flex flex-col gap-2">
            <legend className="sr-only">
              Step {index + 1}: {name}
            </legend>
            {Card ? <Card {...parts} /> : <SchemaCard {...parts} kind={kind} />}
          </fieldset>
        )}
        {open && problem && (
          <p role="status" className="flex items-start gap-1.5 pt-2 text-sm text-danger">
            <Icon name="warning" className="mt-0.5 shrink-0" />
            {problem}
          </p>
        )}
        {open &&
          warnings.map((warning) => (
            <p key={warning} className="flex items-start gap-1.5 pt-2 text-sm text-warn">
              <Icon name="warning" className="mt-0.5 shrink-0" />
              {warning}
            </p>
          ))}
      </div>
    </li>
  );
}

function Counts({ counts }: { counts: FunnelStep | undefined }) {
  if (!counts) return null;
  return (
    <p className="num flex flex-wrap gap-x-2 pl-6 text-sm text-faint">
      <span className="text-muted">{formatCount(counts.kept)} kept</span>
      {counts.dropped > 0 && <span>{formatCount(counts.dropped)} dropped</span>}
      {counts.review > 0 && <span>{formatCount(counts.review)} to review</span>}
    </p>
  );
}
