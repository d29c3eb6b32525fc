import { useState } from "react";
import { Button, Textarea } from "@/components/ui";
import type { Aspect, Criterion, RatingsQuestion } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { aspect, criterion } from "./catalogue";
import type { Faults } from "./checks";
import { ListEditor, NamedFields, placeholderName } from "./list-editor";
import {
  Columns,
  Group,
  NumberField,
  OtherFaults,
  type PartProps,
  SelectField,
  TextField,
  Toggle,
  Toggles,
} from "./parts";

export function RatingsEditor({ value, faults, onChange }: PartProps<RatingsQuestion>) {
  return (
    <>
      <Columns count={3}>
        <SelectField
          label="Rates"
          value={value.per}
          options={[
            { value: "response", label: "Each response" },
            { value: "item", label: "The whole item" },
          ]}
          error={faults.per}
          onChange={(per) => onChange({ per })}
        />
        <NumberField
          label="Lowest"
          value={value.low}
          low={0}
          high={9}
          error={faults.low}
          onChange={(low) => onChange({ low: low ?? Number.NaN })}
        />
        <NumberField
          label="Highest"
          value={value.high}
          low={1}
          high={10}
          error={faults.high}
          onChange={(high) => onChange({ high: high ?? Number.NaN })}
        />
      </Columns>
      <Toggles>
        <Toggle label="Allow “not applicable”" checked={value.na} onChange={(na) => onChange({ na })} />
        <Toggle
          label="Items bring their own rubric"
          checked={value.item_rubric}
          onChange={(item_rubric) => onChange({ item_rubric })}
        />
      </Toggles>
      <Group
        title="Aspects"
        hint={
          value.item_rubric
            ? "Rated where an item brings no rubric in its metadata (“rubric”)."
            : "Each is one row of the grid. An aspect with criteria is rated by its criteria."
        }
      >
        <ListEditor<Aspect>
          noun="aspect"
          path="aspects"
          entries={value.aspects}
          faults={faults}
          fresh={(number) => aspect(placeholderName("aspect", number), "")}
          onChange={(aspects) => onChange({ aspects })}
        >
          {(entry, entryFaults, change) => (
            <AspectFields
              value={entry}
              all={value.aspects}
              scale={value}
              faults={entryFaults}
              onChange={change}
            />
          )}
        </ListEditor>
      </Group>
    </>
  );
}

interface AspectProps extends PartProps<Aspect> {
  all: readonly Aspect[];
  scale: { low: number; high: number };
}

function AspectFields({ value, all, scale, faults, onChange }: AspectProps) {
  const own = { low: value.low ?? scale.low, high: value.high ?? scale.high };
  const criteria = value.criteria ?? [];
  return (
    <div className="flex flex-col gap-2">
      <NamedFields noun="aspect" value={value} all={all} faults={faults} onChange={onChange} />
      <Details value={value} scale={own} faults={faults} onChange={onChange} more={criteria.length}>
        <div className="border-s-2 border-line ps-3">
          <p className="mb-1 text-sm text-muted">
            Criteria: rated instead of the aspect, which then shows their mean.
          </p>
          <ListEditor<Criterion>
            noun="criterion"
            path="criteria"
            entries={criteria}
            faults={faults}
            fresh={(number) => criterion(placeholderName("criterion", number), "")}
            onChange={(next) => onChange({ criteria: next })}
          >
            {(entry, entryFaults, change) => (
              <div className="flex flex-col gap-2">
                <NamedFields
                  noun="criterion"
                  value={entry}
                  all={criteria}
                  faults={entryFaults}
                  onChange={change}
                />
                <Details value={entry} scale={own} faults={entryFaults} onChange={change} />
                <OtherFaults faults={entryFaults} shown={DETAILS} />
              </div>
            )}
          </ListEditor>
        </div>
      </Details>
      <OtherFaults faults={faults} shown={[...DETAILS, "criteria", "criteria.*"]} />
    </div>
  );
}

const DETAILS = ["name", "title", "description", "anchors", "low", "high"];

interface DetailsProps extends PartProps<Criterion> {
  scale: { low: number; high: number };
  more?: number;
  children?: React.ReactNode;
}

/** Description, own scale and anchors; folded while there is nothing in them. */
function Details({ value, scale, faults, onChange, more, children }: DetailsProps) {
  const anchors = Object.keys(value.anchors ?? {}).length;
  const faulty = ["description", "anchors", "low", "high"].some((part) => faults[part]);
  const [open, setOpen] = useState(false);
  const summary = [
    value.description && "description",
    anchors > 0 && countOf(anchors, "anchor"),
    value.low !== undefined && `own scale ${value.low} to ${value.high}`,
    more && countOf(more, "criterion", "criteria"),
  ].filter(Boolean);
  if (!open && !faulty) {
    return (
      <Button
        size="sm"
        variant="ghost"
        icon="chevron-right"
        className="self-start"
        onClick={() => setOpen(true)}
      >
        {summary.length > 0
          ? summary.join(", ")
          : `Description, anchors${more === undefined ? "" : ", criteria"}`}
      </Button>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <TextField
        label="Description"
        optional
        value={value.description ?? ""}
        error={faults.description}
        onChange={(description) => onChange({ description })}
      />
      <Anchors value={value} scale={scale} faults={faults} onChange={onChange} />
      <OwnScale value={value} scale={scale} faults={faults} onChange={onChange} />
      {children}
    </div>
  );
}

function OwnScale({
  value,
  scale,
  faults,
  onChange,
}: PartProps<Criterion> & { scale: { low: number; high: number } }) {
  const own = value.low !== undefined || value.high !== undefined;
  const clear = () => onChange({ low: undefined, high: undefined } as Partial<Criterion>);
  return (
    <div className="flex flex-col gap-2">
      <Toggle
        label="A scale of its own"
        checked={own}
        onChange={(checked) => (checked ? onChange({ low: scale.low, high: scale.high }) : clear())}
      />
      {own && (
        <Columns>
          <NumberField
            label="Lowest"
            value={value.low}
            error={faults.low}
            onChange={(low) => onChange({ low: low ?? Number.NaN })}
          />
          <NumberField
            label="Highest"
            value={value.high}
            error={faults.high}
            onChange={(high) => onChange({ high: high ?? Number.NaN })}
          />
        </Columns>
      )}
    </div>
  );
}

/** A line for every number of the scale; an empty line is no anchor. */
function Anchors({
  value,
  scale,
  faults,
  onChange,
}: PartProps<Criterion> & { scale: { low: number; high: number } }) {
  const anchors = value.anchors ?? {};
  const onScale = numbersOf(scale).map(String);
  const stray = Object.keys(anchors).filter((number) => !onScale.includes(number));
  const set = (number: string, words: string) => {
    const { [number]: _, ...others } = anchors;
    onChange({ anchors: words === "" ? others : { ...others, [number]: words } });
  };
  return (
    <Group title="Anchors" hint="What each number stands for.">
      <div className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-1.5">
        {[...onScale, ...stray].map((number) => (
          <div key={number} className="contents">
            <span aria-hidden="true" className="num w-5 text-end text-muted">
              {number}
            </span>
            <Textarea
              rows={1}
              dir="auto"
              aria-label={`Anchor for ${number}`}
              className="field-sizing-content min-h-8!"
              value={anchors[number] ?? ""}
              onChange={(event) => set(number, event.target.value)}
            />
          </div>
        ))}
      </div>
      <OtherFaults faults={only(faults, "anchors")} shown={[]} />
    </Group>
  );
}

function numbersOf({ low, high }: { low: number; high: number }): number[] {
  if (!Number.isInteger(low) || !Number.isInteger(high) || high - low > 10) return [];
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => low + index);
}

function only(faults: Faults, part: string): Faults {
  return faults[part] ? { [part]: faults[part] } : {};
}
