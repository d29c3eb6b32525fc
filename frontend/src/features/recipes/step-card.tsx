import { type ReactNode, useId } from "react";
import { Checkbox, IconButton, Input, Select } from "@/components/ui";
import type { RecipeStep, Signal } from "@/lib/api/types";
import { sentence } from "@/lib/format";
import { SOURCES, type StepChange } from "./steps";

const TITLES: Record<string, string> = {
  labels: "Whose labels count",
  strength: "Clear preferences",
  signal_margin: "Margin of a signal",
};

interface Props {
  step: RecipeStep;
  index: number;
  count: number;
  signals: Signal[];
  problem: string | undefined;
  readOnly: boolean;
  onChange: (change: StepChange) => void;
}

/** One step of the recipe with its parameters. */
export function StepCard({ step, index, count, signals, problem, readOnly, onChange }: Props) {
  const edit = (patch: Partial<RecipeStep>) => onChange({ kind: "edit", index, patch });
  const name = TITLES[step.type] ?? sentence(step.type);
  return (
    <li className="border-b border-line py-3">
      <fieldset disabled={readOnly}>
        <legend className="sr-only">
          Step {index + 1}: {name}
        </legend>
        <div className="mb-2 flex items-center gap-1">
          <h2 className="flex-1 text-base">
            <span className="num mr-2 text-faint">{index + 1}</span>
            {name}
          </h2>
          {!readOnly && (
            <>
              {step.type !== "labels" && (
                <>
                  <IconButton
                    icon="chevron-down"
                    label={`Move step ${index + 1} down`}
                    size="sm"
                    disabled={index === count - 1}
                    onClick={() => onChange({ kind: "move", index, by: 1 })}
                  />
                  <IconButton
                    icon="chevron-down"
                    label={`Move step ${index + 1} up`}
                    size="sm"
                    className="rotate-180"
                    disabled={index === 0}
                    onClick={() => onChange({ kind: "move", index, by: -1 })}
                  />
                  <IconButton
                    icon="copy"
                    label={`Duplicate step ${index + 1}`}
                    size="sm"
                    onClick={() => onChange({ kind: "duplicate", index })}
                  />
                </>
              )}
              <IconButton
                icon="trash"
                label={`Remove step ${index + 1}`}
                size="sm"
                onClick={() => onChange({ kind: "remove", index })}
              />
            </>
          )}
        </div>
        <div className="flex flex-col gap-2 pl-5">
          {step.type === "labels" && <Labels step={step} edit={edit} />}
          {step.type === "strength" && <Strength step={step} edit={edit} />}
          {step.type === "signal_margin" && <Margin step={step} signals={signals} edit={edit} />}
          {problem && <p className="text-sm text-danger">{problem}</p>}
        </div>
      </fieldset>
    </li>
  );
}

interface PartProps {
  step: RecipeStep;
  edit: (patch: Partial<RecipeStep>) => void;
}

function Row({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="grid grid-cols-[130px_1fr] items-center gap-3">
      <label htmlFor={id} className="text-muted">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

function Labels({ step, edit }: PartProps) {
  const precedence = (step.precedence as string[] | undefined) ?? [...SOURCES];
  return (
    <>
      <p className="text-sm text-muted">
        For each pair the first source in this list that has a label decides: {precedence.join(", then ")}.
      </p>
      {SOURCES.map((source) => (
        <Checkbox
          key={source}
          label={sentence(source)}
          checked={precedence.includes(source)}
          onChange={(event) =>
            edit({
              precedence: SOURCES.filter((each) =>
                each === source ? event.target.checked : precedence.includes(each),
              ),
            })
          }
        />
      ))}
    </>
  );
}

function Strength({ step, edit }: PartProps) {
  return (
    <>
      <Row label="At least">
        {(id) => (
          <Input
            id={id}
            type="number"
            min={0}
            max={3}
            step={0.5}
            value={String(step.min_strength ?? 0)}
            onChange={(event) => edit({ min_strength: Number(event.target.value) })}
          />
        )}
      </Row>
      <Checkbox
        label="Drop ties"
        checked={step.drop_ties === true}
        onChange={(event) => edit({ drop_ties: event.target.checked })}
      />
      <Checkbox
        label="Drop pairs where both are bad"
        checked={step.drop_both_bad === true}
        onChange={(event) => edit({ drop_both_bad: event.target.checked })}
      />
    </>
  );
}

function Margin({ step, signals, edit }: PartProps & { signals: Signal[] }) {
  const bound = (text: string) => (text === "" ? null : Number(text));
  return (
    <>
      {signals.length === 0 && (
        <p className="text-sm text-muted">
          This version has no finished signal. Score it with a reward model on the dataset’s Signals tab.
        </p>
      )}
      <Row label="Signal">
        {(id) => (
          <Select
            id={id}
            value={String(step.signal ?? "")}
            onChange={(event) => edit({ signal: event.target.value ? Number(event.target.value) : null })}
            options={[
              { value: "", label: "Choose a signal" },
              ...signals.map((signal) => ({ value: String(signal.id), label: signal.name })),
            ]}
          />
        )}
      </Row>
      <Row label="Margin from">
        {(id) => (
          <Input
            id={id}
            type="number"
            step="any"
            value={step.min === null || step.min === undefined ? "" : String(step.min)}
            placeholder="no lower bound"
            onChange={(event) => edit({ min: bound(event.target.value) })}
          />
        )}
      </Row>
      <Row label="Margin to">
        {(id) => (
          <Input
            id={id}
            type="number"
            step="any"
            value={step.max === null || step.max === undefined ? "" : String(step.max)}
            placeholder="no upper bound"
            onChange={(event) => edit({ max: bound(event.target.value) })}
          />
        )}
      </Row>
      <Row label="Without a score">
        {(id) => (
          <Select
            id={id}
            value={String(step.missing ?? "review")}
            onChange={(event) => edit({ missing: event.target.value })}
            options={[
              { value: "review", label: "Set aside for review" },
              { value: "drop", label: "Drop" },
            ]}
          />
        )}
      </Row>
    </>
  );
}
