import { type ReactNode, useId, useState } from "react";
import { Input, Select } from "@/components/ui";
import type { RecipeStep, Signal } from "@/lib/api/types";
import type { Preview } from "../api";

/** What the card of one type of step is given. */
export interface CardProps {
  step: RecipeStep;
  /** The step's place among those shown, which names its distributions in the preview. */
  place: number;
  signals: Signal[];
  preview: Preview | undefined;
  /** Where the signals of this version are made; null while no version is chosen. */
  signalsPath: string | null;
  edit: (patch: Partial<RecipeStep>) => void;
}

export function Row({ label, children }: { label: ReactNode; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="grid grid-cols-[130px_minmax(0,1fr)] items-center gap-3">
      <label htmlFor={id} className="text-muted">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

interface NumberRowProps {
  label: string;
  value: unknown;
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  step?: number | "any";
  placeholder?: string;
  unit?: string;
  /** Said to screen readers after the label, where equal labels stand in one card. */
  of?: string;
}

/** A number, or nothing; what cannot be read yet ("-") changes nothing. */
export function NumberRow({ label, value, onChange, unit, of, ...rest }: NumberRowProps) {
  const number = typeof value === "number" ? value : null;
  const [text, setText] = useState(number === null ? "" : String(number));
  const [seen, setSeen] = useState(number);
  if (seen !== number) {
    setSeen(number);
    if (numberOf(text) !== number) setText(number === null ? "" : String(number));
  }
  return (
    <Row
      label={
        <>
          {label}
          {of && <span className="sr-only"> {of}</span>}
        </>
      }
    >
      {(id) => (
        <span className="flex items-center gap-2">
          <Input
            id={id}
            type="number"
            step="any"
            className="num max-w-32"
            {...rest}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              if (event.target.validity.badInput) return;
              onChange(numberOf(event.target.value));
            }}
          />
          {unit && <span className="text-sm text-muted">{unit}</span>}
        </span>
      )}
    </Row>
  );
}

function numberOf(text: string): number | null {
  const value = Number(text);
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}

interface ChoiceRowProps {
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string; disabled?: boolean }[];
}

export function ChoiceRow({ label, value, onChange, options }: ChoiceRowProps) {
  return (
    <Row label={label}>
      {(id) => (
        <Select
          id={id}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          options={[...options]}
        />
      )}
    </Row>
  );
}

/** What becomes of pairs that have no value: nothing is ever taken for one. */
export function MissingRow({
  step,
  edit,
  label = "Without a value",
  keep = false,
}: Pick<CardProps, "step" | "edit"> & { label?: string; keep?: boolean }) {
  return (
    <ChoiceRow
      label={label}
      value={String(step.missing ?? "review")}
      onChange={(missing) => edit({ missing })}
      options={[
        { value: "review", label: "Set aside for review" },
        { value: "drop", label: "Drop" },
        ...(keep ? [{ value: "keep", label: "Keep" }] : []),
      ]}
    />
  );
}

export function SeedRow({ step, edit }: Pick<CardProps, "step" | "edit">) {
  return (
    <NumberRow label="Seed" value={step.seed ?? 0} min={0} step={1} onChange={(seed) => edit({ seed })} />
  );
}

/** A sentence of explanation inside a card. */
export function Note({ children }: { children: ReactNode }) {
  return <p className="text-sm text-muted">{children}</p>;
}
