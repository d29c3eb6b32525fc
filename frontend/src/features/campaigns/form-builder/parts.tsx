import { type ReactNode, useEffect, useState } from "react";
import { Checkbox, Field, Icon, Input, Select } from "@/components/ui";
import { cx } from "@/lib/cx";
import { elsewhere, type Faults } from "./checks";

/** What every editor of a part gets: the part, its faults by path, and how to change it. */
export interface PartProps<T> {
  value: T;
  faults: Faults;
  onChange: (change: Partial<T>) => void;
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  hint?: ReactNode;
  hideLabel?: boolean;
  optional?: boolean;
  placeholder?: string;
  className?: string;
  /** Called when the field is left. */
  onLeave?: () => void;
}

export function TextField({ label, value, onChange, optional, placeholder, onLeave, ...field }: TextProps) {
  return (
    <Field label={label} required={!optional} {...field}>
      <Input
        dir="auto"
        value={value}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onLeave}
        autoComplete="off"
      />
    </Field>
  );
}

/** A machine's word: taken over when the field is left, so that half a name never stands in conditions. */
export function NameField({ label, value, onChange, ...field }: Omit<TextProps, "onLeave">) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const commit = () => typed !== value && onChange(typed.trim());
  return (
    <Field label={label} required {...field}>
      <Input
        value={typed}
        spellCheck={false}
        autoComplete="off"
        className="font-mono text-sm"
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
    </Field>
  );
}

interface NumberProps {
  label: string;
  value: number | null | undefined;
  onChange: (value: number | null) => void;
  error?: string | undefined;
  hint?: ReactNode;
  hideLabel?: boolean;
  optional?: boolean;
  low?: number;
  high?: number;
  className?: string;
}

/** An empty field is null where it may be, else a number that is none, which the checks refuse. */
export function NumberField({ label, value, onChange, optional, low, high, ...field }: NumberProps) {
  return (
    <Field label={label} required={!optional} {...field}>
      <Input
        type="number"
        min={low}
        max={high}
        value={value === null || value === undefined || Number.isNaN(value) ? "" : value}
        onChange={(event) => {
          const text = event.target.value;
          onChange(text === "" ? (optional ? null : Number.NaN) : Number(text));
        }}
      />
    </Field>
  );
}

export function SelectField<V extends string>({
  label,
  value,
  options,
  onChange,
  ...field
}: {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
  error?: string | undefined;
  hint?: ReactNode;
  hideLabel?: boolean;
  className?: string;
}) {
  return (
    <Field label={label} required {...field}>
      <Select value={value} options={[...options]} onChange={(event) => onChange(event.target.value as V)} />
    </Field>
  );
}

export function Toggle({
  label,
  hint,
  checked,
  onChange,
}: {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <Checkbox
      label={label}
      hint={hint}
      checked={checked}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}

/** Switches beside each other. */
export function Toggles({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap gap-x-6 gap-y-2">{children}</div>;
}

export function Columns({ count = 2, children }: { count?: 2 | 3; children: ReactNode }) {
  return (
    <div className={cx("grid gap-x-4 gap-y-3", count === 2 ? "sm:grid-cols-2" : "sm:grid-cols-3")}>
      {children}
    </div>
  );
}

export function FaultText({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-start gap-1 text-sm text-danger">
      <Icon name="warning" className="mt-0.5 shrink-0" />
      <span>{children}</span>
    </p>
  );
}

/** Faults that none of the fields shown says. */
export function OtherFaults({ faults, shown }: { faults: Faults; shown: readonly string[] }) {
  return elsewhere(faults, shown).map((sentence) => <FaultText key={sentence}>{sentence}</FaultText>);
}

/** A titled group inside an editor. */
export function Group({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 font-medium">{title}</legend>
      {hint && <p className="-mt-1 mb-1 text-sm text-muted">{hint}</p>}
      {children}
    </fieldset>
  );
}
