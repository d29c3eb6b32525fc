import type { ReactNode } from "react";
import { Icon } from "@/components/ui";
import type { Entries, Entry, SchemaField } from "@/lib/schema-form";

export interface FieldsProps {
  fields: SchemaField[];
  entries: Entries;
  problems: Record<string, string>;
  onChange: (name: string, entry: Entry) => void;
}

export interface ControlProps<F extends SchemaField = SchemaField> extends Omit<FieldsProps, "fields"> {
  field: F;
}

/** Fields with this control. */
export type Of<C extends SchemaField["control"]> = Extract<SchemaField, { control: C }>;

export function toggled(chosen: string[], value: string, on: boolean): string[] {
  return on ? [...chosen.filter((each) => each !== value), value] : chosen.filter((each) => each !== value);
}

/** Several ticks under one label. */
export function TickList({
  field,
  problem,
  children,
}: {
  field: SchemaField;
  problem: string | undefined;
  children: ReactNode;
}) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium">
        {field.label}
        {!field.required && <span className="ms-1.5 font-normal text-faint">optional</span>}
      </legend>
      {field.description && <p className="mb-1 text-sm text-muted">{field.description}</p>}
      <div className="flex max-h-48 flex-col gap-1.5 overflow-y-auto py-1 pl-0.5">{children}</div>
      <Problem text={problem} />
    </fieldset>
  );
}

export function Problem({ text }: { text: string | undefined }) {
  if (!text) return null;
  return (
    <p role="alert" className="mt-1 flex items-start gap-1 text-sm text-danger">
      <Icon name="warning" className="mt-0.5 shrink-0" />
      {text}
    </p>
  );
}
