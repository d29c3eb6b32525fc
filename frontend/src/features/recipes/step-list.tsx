import { useState } from "react";
import { Button } from "@/components/ui";
import type { RecipeStep, RecipeStepKind, Signal } from "@/lib/api/types";
import { AddStepMenu } from "./add-step-menu";
import { addedSteps, type Preview } from "./api";
import { newStep } from "./new-step";
import { StepCard } from "./step-card";
import { isFixed, keyOf, type StepChange } from "./steps";

/** So many cards fit a screen open; longer recipes start closed. */
const SHORT = 3;

interface Props {
  steps: RecipeStep[];
  kinds: RecipeStepKind[];
  signals: Signal[];
  signalsPath: string | null;
  preview: Preview | undefined;
  problems: Map<number, string>;
  readOnly: boolean;
  onChange: (change: StepChange) => void;
}

export function StepList({ steps, kinds, preview, problems, readOnly, onChange, ...rest }: Props) {
  const [openKeys, setOpenKeys] = useState<ReadonlySet<string>>(
    () => new Set(steps.length <= SHORT ? steps.map(keyOf) : []),
  );
  const [dragged, setDragged] = useState<string | null>(null);
  const [moved, setMoved] = useState("");
  const keys = steps.map(keyOf);
  const first = steps.findIndex((step) => !isFixed(step));
  const range = { first: first === -1 ? steps.length : first, last: steps.length - 1 };
  const setOpen = (key: string, open: boolean) =>
    setOpenKeys((before) => new Set(open ? [...before, key] : [...before].filter((each) => each !== key)));
  const allOpen = keys.every((key) => openKeys.has(key));

  const change = (next: StepChange) => {
    if (next.kind === "move") setMoved(`Step ${next.index + 1} is now step ${next.to + 1}.`);
    onChange(next);
  };
  const add = (kind: RecipeStepKind) => {
    const step = newStep(kind.type, rest.signals, kind);
    setOpen(keyOf(step), true);
    onChange({ kind: "add", step });
  };
  const dragTo = (to: number) => {
    const from = dragged === null ? -1 : keys.indexOf(dragged);
    if (from >= range.first && to >= range.first && from !== to) change({ kind: "move", index: from, to });
  };
  const countsOf = (index: number) => {
    if (!preview || preview.sent[index]?.type !== steps[index]?.type) return undefined;
    return preview.funnel.find((each) => each.index === index + addedSteps(preview.sent));
  };
  return (
    <>
      {steps.length > 1 && (
        <div className="flex items-center justify-between border-b border-line pb-1">
          <span className="font-medium">Steps</span>
          <Button size="sm" variant="ghost" onClick={() => setOpenKeys(new Set(allOpen ? [] : keys))}>
            {allOpen ? "Close all" : "Open all"}
          </Button>
        </div>
      )}
      <ol className="flex flex-col">
        {steps.map((step, index) => {
          const key = keys[index] ?? "";
          return (
            <StepCard
              key={key}
              {...rest}
              step={step}
              index={index}
              range={range}
              kind={kinds.find((each) => each.type === step.type)}
              preview={preview}
              counts={countsOf(index)}
              warnings={(preview?.warnings ?? [])
                .filter((each) => each.index === index && preview?.sent[index]?.type === step.type)
                .map((each) => each.message)}
              problem={problems.get(index)}
              readOnly={readOnly}
              open={openKeys.has(key)}
              onOpen={(open) => setOpen(key, open)}
              onChange={change}
              drag={{
                over: dragged === key,
                onStart: () => setDragged(key),
                onOver: (event) => {
                  if (dragged === null) return;
                  event.preventDefault();
                  dragTo(index);
                },
                onEnd: () => setDragged(null),
              }}
            />
          );
        })}
      </ol>
      <p role="status" className="sr-only">
        {moved}
      </p>
      {steps.length === 0 && (
        <p className="text-muted">No step yet: every labelled pair with a better side is kept.</p>
      )}
      {!readOnly && (
        <div className="mt-3">
          <AddStepMenu kinds={kinds} steps={steps} onAdd={add} />
        </div>
      )}
    </>
  );
}
