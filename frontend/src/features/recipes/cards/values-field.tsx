import { type FormEvent, useId, useState } from "react";
import { Button, Checkbox, Chip, Input } from "@/components/ui";
import { formatCount } from "@/lib/format";
import { FACTS, measureOf, summaryValues, typeOf, type ValueCount } from "@/lib/recipes/measures";
import { SOURCES } from "../steps";
import { type CardProps, ChoiceRow, Note } from "./fields";

/** Which values of a text or flag a filter keeps, or leaves out: ticked from those that are there. */
export function ValuesField({ step, place, signals, preview, edit }: CardProps) {
  const listed = valuesOf(step);
  const [way, setWay] = useState<Way>(listed.way);
  const shownWay = listed.values.length > 0 ? listed.way : way;
  const known = knownValues({ step, place, signals, preview });
  const extra = listed.values.filter((value) => !known.some((each) => each.value === value));
  const set = (values: string[], by: Way = shownWay) => {
    setWay(by);
    edit({ one_of: by === "one_of" ? values : [], none_of: by === "none_of" ? values : [] });
  };
  const toggle = (value: string) => set(toggled(listed.values, value));
  const without = known.find((each) => each.value === null)?.count ?? 0;
  return (
    <>
      <ChoiceRow
        label="The values to"
        value={shownWay}
        onChange={(by) => set(listed.values, by as Way)}
        options={[
          { value: "one_of", label: "Keep" },
          { value: "none_of", label: "Leave out" },
        ]}
      />
      <fieldset className="flex max-h-56 flex-col gap-1 overflow-y-auto py-0.5 pl-[142px]">
        <legend className="sr-only">Values to {shownWay === "one_of" ? "keep" : "leave out"}</legend>
        {known.map(
          ({ value, count }) =>
            value !== null && (
              <Checkbox
                key={value}
                checked={listed.values.includes(value)}
                onChange={() => toggle(value)}
                label={
                  <>
                    {value || "(empty)"} <span className="num text-faint">{formatCount(count)}</span>
                  </>
                }
              />
            ),
        )}
        {known.length === 0 && extra.length === 0 && (
          <Note>The values appear here once the preview has counted them.</Note>
        )}
      </fieldset>
      {extra.length > 0 && (
        <div className="flex flex-wrap gap-1 pl-[142px]">
          {extra.map((value) => (
            <Chip key={value} onRemove={() => toggle(value)} removeLabel={`Take ${value} off the list`}>
              {value}
            </Chip>
          ))}
        </div>
      )}
      {typeOf(measureOf(step.on), signals) === "text" && (
        <AddValue onAdd={(value) => !listed.values.includes(value) && set([...listed.values, value])} />
      )}
      {without > 0 && (
        <Note>{without === 1 ? "1 pair has" : `${formatCount(without)} pairs have`} no value.</Note>
      )}
    </>
  );
}

type Way = "one_of" | "none_of";

export function valuesOf(step: CardProps["step"]): { way: Way; values: string[] } {
  const none = Array.isArray(step.none_of) ? (step.none_of as string[]) : [];
  const one = Array.isArray(step.one_of) ? (step.one_of as string[]) : [];
  return none.length > 0 ? { way: "none_of", values: none } : { way: "one_of", values: one };
}

export const toggled = (values: string[], value: string): string[] =>
  values.includes(value) ? values.filter((each) => each !== value) : [...values, value];

function knownValues({
  step,
  place,
  signals,
  preview,
}: Pick<CardProps, "step" | "place" | "signals" | "preview">): ValueCount[] {
  const counted = preview?.values.find((each) => each.name === `step:${place}`);
  if (counted) return counted.values;
  const measure = measureOf(step.on);
  if (measure.fact === "source") return SOURCES.map((value) => ({ value, count: 0 }));
  return measure.fact && FACTS[measure.fact] ? [] : summaryValues(measure, signals);
}

function AddValue({ onAdd }: { onAdd: (value: string) => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) return;
    onAdd(text.trim());
    setText("");
  };
  return (
    <form onSubmit={add} className="flex gap-2 pl-[142px]">
      <label htmlFor={id} className="sr-only">
        Another value
      </label>
      <Input
        id={id}
        value={text}
        placeholder="Another value"
        onChange={(event) => setText(event.target.value)}
        className="h-7"
      />
      <Button type="submit" size="sm" disabled={!text.trim()}>
        Add
      </Button>
    </form>
  );
}
