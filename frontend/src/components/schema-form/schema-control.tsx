import type { ReactNode } from "react";
import { Checkbox, Field, Input, NumberInput, Select, Textarea } from "@/components/ui";
import { rangeOf, type SchemaField, shownEntry, textsIn } from "@/lib/schema-form";
import { type ControlProps, type Of, Problem, TickList, toggled } from "./control";
import { ItemsControl } from "./items-control";

/** The control of a field that needs nothing but its schema; what is picked from a project, a feature draws itself. */
export function SchemaControl(props: ControlProps<Exclude<SchemaField, Of<"pick" | "picks" | "column">>>) {
  const { field } = props;
  switch (field.control) {
    case "flag":
      return <FlagControl {...props} field={field} />;
    case "choices":
      return <ChoicesControl {...props} field={field} />;
    case "items":
      return <ItemsControl {...props} field={field} />;
    default:
      return <PlainControl {...props} field={field} />;
  }
}

/** Controls that hold one text: numbers, words, one of some options, lines, JSON. */
function PlainControl(props: ControlProps<Of<"number" | "text" | "choice" | "lines" | "json">>) {
  const { field, entries, problems, onChange } = props;
  const entry = shownEntry(field, entries);
  const value = typeof entry === "string" ? entry : "";
  const change = (text: string) => onChange(field.name, text);
  return (
    <Field
      label={field.label}
      required={field.required}
      // What has a default is never empty, so that "optional" would say nothing.
      mark={field.fallback === undefined}
      hint={hintOf(field, problems[field.name] === undefined)}
      error={problems[field.name]}
    >
      {field.control === "choice" ? (
        <Select
          value={value}
          onChange={(event) => change(event.target.value)}
          options={[
            ...(field.fallback === undefined
              ? [{ value: "", label: field.required ? "Choose one" : "None" }]
              : []),
            ...field.options.map((option) => ({ value: String(option.value), label: option.label })),
          ]}
        />
      ) : field.control === "number" ? (
        <NumberInput
          value={value}
          whole={field.whole}
          placeholder={field.fallback === undefined ? undefined : String(field.fallback)}
          className="max-w-40"
          onChange={(event) => change(event.target.value)}
        />
      ) : field.control === "text" ? (
        <Input
          value={value}
          maxLength={field.longest ?? undefined}
          autoComplete="off"
          onChange={(event) => change(event.target.value)}
        />
      ) : (
        <Textarea
          value={value}
          rows={4}
          className={field.control === "json" ? "font-mono text-sm" : undefined}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}

/** What goes in; what is wrong says the range itself. */
function hintOf(field: SchemaField, right: boolean): ReactNode {
  const range =
    right && field.control === "number" && (field.min ?? field.max) ? sentenceOf(rangeOf(field)) : null;
  const lines = field.control === "lines" ? "One a line." : null;
  const json = field.control === "json" ? "Written as JSON." : null;
  const parts = [field.description, range, lines, json].filter(Boolean);
  return parts.length > 0 ? parts.join(" ") : undefined;
}

const sentenceOf = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function FlagControl({ field, entries, problems, onChange }: ControlProps<Of<"flag">>) {
  return (
    <div>
      <Checkbox
        label={field.label}
        hint={field.description}
        checked={shownEntry(field, entries) === true}
        onChange={(event) => onChange(field.name, event.target.checked)}
      />
      <Problem text={problems[field.name]} />
    </div>
  );
}

function ChoicesControl({ field, entries, problems, onChange }: ControlProps<Of<"choices">>) {
  const entry = shownEntry(field, entries);
  const chosen = textsIn(entry);
  return (
    <TickList field={field} problem={problems[field.name]}>
      {field.options.map((option) => (
        <Checkbox
          key={option.value}
          label={option.label}
          checked={chosen.includes(String(option.value))}
          onChange={(event) =>
            onChange(field.name, toggled(chosen, String(option.value), event.target.checked))
          }
        />
      ))}
    </TickList>
  );
}
