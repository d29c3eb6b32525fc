import { useState } from "react";
import {
  ExportCheckLine,
  type ExportFormat,
  ExportOptionFields,
  type optionFields,
  type useExportCheck,
} from "@/components/export-options";
import { Button, Field, Section, Select } from "@/components/ui";
import type { Entries, Entry } from "@/lib/schema-form";
import type { TrainingLoss } from "./api";

interface Props {
  formats: ExportFormat[];
  chosen: ExportFormat | undefined;
  fields: ReturnType<typeof optionFields>;
  entries: Entries;
  loss: TrainingLoss | undefined;
  check: ReturnType<typeof useExportCheck>;
  /** What the loss needs and nothing was chosen for, in a sentence. */
  unmet: string | undefined;
  wrong: (name: string) => string | undefined;
  onFormat: (key: string) => void;
  onChange: (name: string, entry: Entry) => void;
}

/** How the rows are written that the run makes of the snapshot; the loss has asked for what it needs. */
export function RowFields(props: Props) {
  const { formats, chosen, fields, entries, loss, check, unmet, wrong, onFormat, onChange } = props;
  const [asked, setAsked] = useState(false);
  const problems = Object.fromEntries(
    fields.flatMap(({ name }) => {
      const problem = wrong(`options.${name}`);
      return problem === undefined ? [] : [[name, problem]];
    }),
  );
  const needed = fields.filter((field) => loss?.columns.includes(field.name));
  const rest = fields.filter((field) => !needed.includes(field));
  const open = asked || rest.some((field) => problems[field.name] !== undefined);
  const controls = (some: typeof fields) => (
    <ExportOptionFields fields={some} entries={entries} problems={problems} onChange={onChange} />
  );
  if (!chosen) {
    return (
      <Section title="The rows it reads">
        <p className="text-warn">No format here has what this loss needs. Choose another loss.</p>
      </Section>
    );
  }
  return (
    <Section title="The rows it reads">
      <div className="flex flex-col gap-4">
        {formats.length > 1 ? (
          <Field
            label="Written as"
            required
            hint={chosen.description}
            error={wrong("format")}
            className="max-w-md"
          >
            <Select
              value={chosen.key}
              onChange={(event) => onFormat(event.target.value)}
              options={formats.map((format) => ({ value: format.key, label: format.title }))}
            />
          </Field>
        ) : (
          <p>
            {chosen.title}. <span className="text-muted">{chosen.description}</span>
          </p>
        )}
        {needed.length > 0 && controls(needed)}
        <ExportCheckLine check={check} needed={loss?.columns} unmet={unmet} problem={wrong("rows")} />
        {rest.length > 0 && (
          <div>
            <Button
              size="sm"
              variant="ghost"
              icon={open ? "chevron-down" : "chevron-right"}
              aria-expanded={open}
              className="-ms-2"
              onClick={() => setAsked(!open)}
            >
              Options of the rows
            </Button>
          </div>
        )}
        {open && rest.length > 0 && controls(rest)}
      </div>
    </Section>
  );
}
