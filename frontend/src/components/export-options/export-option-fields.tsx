import { SchemaControl } from "@/components/schema-form";
import type { Entries, Entry } from "@/lib/schema-form";
import type { optionFields } from "./formats";

interface Props {
  fields: ReturnType<typeof optionFields>;
  entries: Entries;
  problems: Record<string, string>;
  onChange: (name: string, entry: Entry) => void;
}

/** The options of an export, drawn from its format's schema. */
export function ExportOptionFields({ fields, entries, problems, onChange }: Props) {
  if (fields.length === 0) return <p className="text-muted">There is nothing to choose about this format.</p>;
  return (
    <div className="grid items-start gap-x-6 gap-y-4 sm:grid-cols-2">
      {fields.map((field) => (
        <SchemaControl
          key={field.name}
          field={field}
          entries={entries}
          problems={problems}
          onChange={onChange}
        />
      ))}
    </div>
  );
}
