import { SchemaControl } from "@/components/schema-form";
import type { Entries, Entry, SchemaField } from "@/lib/schema-form";
import { AspectsField } from "./aspects-field";
import { ASPECTS } from "./form";

/** The options of a protocol, drawn from its schema: texts over the whole width, numbers beside each other. */
export function OptionFields({
  fields,
  entries,
  wrong,
  onChange,
}: {
  fields: SchemaField[];
  entries: Entries;
  wrong: (name: string) => string | undefined;
  onChange: (name: string, entry: Entry) => void;
}) {
  if (fields.length === 0) return null;
  return (
    <div className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
      {fields.map((field) =>
        field.control === "pick" || field.control === "picks" || field.control === "column" ? null : (
          <div key={field.name} className={isShort(field) ? undefined : "sm:col-span-2"}>
            {field.control === "json" && field.name === ASPECTS ? (
              <AspectsField
                field={field}
                entries={entries}
                problem={wrong(field.name)}
                onChange={(json) => onChange(field.name, json)}
              />
            ) : (
              <SchemaControl
                field={field}
                entries={entries}
                problems={problemOf(field.name, wrong)}
                onChange={onChange}
              />
            )}
          </div>
        ),
      )}
    </div>
  );
}

const isShort = (field: SchemaField) => ["number", "text", "choice", "flag"].includes(field.control);

function problemOf(name: string, wrong: (name: string) => string | undefined): Record<string, string> {
  const problem = wrong(name);
  return problem === undefined ? {} : { [name]: problem };
}
