import { useState } from "react";
import { SchemaControl } from "@/components/schema-form";
import { Button } from "@/components/ui";
import type { Entries, Entry, SchemaField } from "@/lib/schema-form";
import type { TrainingLoss, TrainingMethod } from "./api";
import { groupsOf } from "./form";

interface Props {
  method: TrainingMethod;
  loss: TrainingLoss | undefined;
  entries: Entries;
  wrong: (name: string) => string | undefined;
  onChange: (name: string, entry: Entry) => void;
}

/** The settings of a method: a few always, the rest when asked for or when something in there is wrong or set. */
export function SettingFields({ method, loss, entries, wrong, onChange }: Props) {
  const [essentials, ...more] = groupsOf(method, loss, entries);
  const hidden = more.flatMap((group) => group.fields);
  const [asked, setAsked] = useState(() => hidden.some((field) => entries[field.name] !== undefined));
  const open = asked || hidden.some((field) => wrong(field.name) !== undefined);
  const grid = (fields: SchemaField[]) => (
    <div className="grid items-start gap-x-6 gap-y-4 sm:grid-cols-2">
      {fields.map((field) =>
        field.control === "pick" || field.control === "picks" || field.control === "column" ? null : (
          <SchemaControl
            key={field.name}
            field={field}
            entries={entries}
            problems={problemOf(field.name, wrong)}
            onChange={onChange}
          />
        ),
      )}
    </div>
  );
  return (
    <div className="flex flex-col gap-6">
      {essentials && grid(essentials.fields)}
      {more.length > 0 && (
        <div>
          <Button
            size="sm"
            variant="ghost"
            icon={open ? "chevron-down" : "chevron-right"}
            aria-expanded={open}
            className="-ms-2"
            onClick={() => setAsked(!open)}
          >
            More settings
          </Button>
        </div>
      )}
      {open &&
        more.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3 className="mb-3 border-b border-line pb-1 font-medium">{group.title}</h3>
            {grid(group.fields)}
          </section>
        ))}
    </div>
  );
}

function problemOf(name: string, wrong: (name: string) => string | undefined): Record<string, string> {
  const problem = wrong(name);
  return problem === undefined ? {} : { [name]: problem };
}
