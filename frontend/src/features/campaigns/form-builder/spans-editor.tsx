import { Fragment } from "react";
import type { Category, Named, OmissionCategory, SpansQuestion } from "@/lib/api/types";
import { category, omission } from "./catalogue";
import { ListEditor, NamedFields, placeholderName } from "./list-editor";
import {
  Columns,
  Group,
  OtherFaults,
  type PartProps,
  SelectField,
  TextField,
  Toggle,
  Toggles,
} from "./parts";

const DENSITIES = [
  { value: "sub_sentence", label: "Part of a sentence" },
  { value: "sentence", label: "Sentence" },
  { value: "response", label: "Whole response" },
] as const;

const EVIDENCE = [
  { value: "none", label: "None" },
  { value: "earlier_span", label: "An earlier passage of the text" },
  { value: "passage", label: "Sentences of a source" },
] as const;

export function SpansEditor({ value, faults, onChange }: PartProps<SpansQuestion>) {
  return (
    <>
      <Group
        title="Categories"
        hint="Highest priority first: where two could apply, the one further up does. The first nine have the keys 1 to 9."
      >
        <ListEditor<Category>
          noun="category"
          path="categories"
          entries={value.categories}
          faults={faults}
          fresh={(number) => category(placeholderName("category", number), "")}
          onChange={(categories) => onChange({ categories })}
          ordered
        >
          {(entry, entryFaults, change) => (
            <div className="flex flex-col gap-2">
              <NamedFields
                noun="category"
                value={entry}
                all={value.categories}
                faults={entryFaults}
                onChange={change}
              />
              <TextField
                label="Description"
                optional
                value={entry.description ?? ""}
                error={entryFaults.description}
                onChange={(description) => change({ description })}
              />
              <Columns>
                <SelectField
                  label="Counted by"
                  value={entry.density}
                  options={DENSITIES}
                  error={entryFaults.density}
                  onChange={(density) => change({ density })}
                />
                <SelectField
                  label="Evidence"
                  value={entry.evidence}
                  options={EVIDENCE}
                  error={entryFaults.evidence}
                  onChange={(evidence) =>
                    change({ evidence, ...(evidence === "none" && { evidence_required: false }) })
                  }
                />
              </Columns>
              {entry.evidence !== "none" && (
                <Toggle
                  label="A mark needs its evidence"
                  checked={entry.evidence_required}
                  onChange={(evidence_required) => change({ evidence_required })}
                />
              )}
              <OtherFaults
                faults={entryFaults}
                shown={["name", "title", "description", "density", "evidence"]}
              />
            </div>
          )}
        </ListEditor>
      </Group>
      <Group title="What can be missing" hint="Marks for what a text should have said and does not.">
        <ListEditor<OmissionCategory>
          noun="omission"
          path="omissions"
          entries={value.omissions}
          faults={faults}
          fresh={(number) => omission(placeholderName("omission", number), "")}
          onChange={(omissions) => onChange({ omissions })}
        >
          {(entry, entryFaults, change) => (
            <div className="flex flex-col gap-2">
              <NamedFields
                noun="omission"
                value={entry}
                all={value.omissions}
                faults={entryFaults}
                onChange={change}
              />
              <Columns>
                <TextField
                  label="Description"
                  optional
                  value={entry.description ?? ""}
                  error={entryFaults.description}
                  onChange={(description) => change({ description })}
                />
                <SelectField
                  label="Evidence"
                  value={entry.evidence}
                  options={OMISSION_EVIDENCE}
                  error={entryFaults.evidence}
                  onChange={(evidence) => change({ evidence })}
                />
              </Columns>
              <OtherFaults faults={entryFaults} shown={["name", "title", "description", "evidence"]} />
            </div>
          )}
        </ListEditor>
      </Group>
      <Group title="Severities" hint="Mildest first. Without any, marks carry none.">
        <ListEditor<Named>
          noun="severity"
          path="severities"
          entries={value.severities}
          faults={faults}
          fresh={(number) => ({ name: placeholderName("severity", number), title: "" })}
          onChange={(severities) => onChange({ severities })}
          dense
        >
          {(entry, entryFaults, change) => (
            <Fragment>
              <NamedFields
                noun="severity"
                value={entry}
                all={value.severities}
                faults={entryFaults}
                onChange={change}
              />
              <OtherFaults faults={entryFaults} shown={["name", "title"]} />
            </Fragment>
          )}
        </ListEditor>
      </Group>
      <Columns>
        <SelectField
          label="Marks begin and end at"
          value={value.boundaries}
          options={[
            { value: "word", label: "Words, without overlap" },
            { value: "character", label: "Any character" },
          ]}
          error={faults.boundaries}
          onChange={(boundaries) => onChange({ boundaries })}
        />
      </Columns>
      <Toggles>
        <Toggle label="Notes on marks" checked={value.notes} onChange={(notes) => onChange({ notes })} />
        <Toggle
          label="Earlier turns can be marked too"
          checked={value.prompt_turns}
          onChange={(prompt_turns) => onChange({ prompt_turns })}
        />
      </Toggles>
    </>
  );
}

const OMISSION_EVIDENCE = [EVIDENCE[0], EVIDENCE[2]] as const;
