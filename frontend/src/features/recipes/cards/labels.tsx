import { type FormEvent, useId, useState } from "react";
import { Button, Checkbox, IconButton, Input } from "@/components/ui";
import { sentence } from "@/lib/format";
import { SOURCES } from "../steps";
import { type CardProps, Note, NumberRow } from "./fields";

/** Whose labels count, in an order that can be changed, and how aspects become one preference. */
export function LabelsCard({ step, preview, edit }: CardProps) {
  const precedence = (step.precedence as string[] | undefined) ?? [...SOURCES];
  const others = SOURCES.filter((each) => !precedence.includes(each));
  const raise = (index: number) => {
    const [above, here] = [precedence[index - 1], precedence[index]];
    if (above !== undefined && here !== undefined)
      edit({ precedence: precedence.with(index - 1, here).with(index, above) });
  };
  return (
    <>
      <Note>For each pair the first source in this list that has a label decides.</Note>
      <ol aria-label="Sources of labels, first one first">
        {precedence.map((source, index) => (
          <li key={source} className="flex min-h-7 items-center gap-2">
            <span className="num w-4 text-right text-faint">{index + 1}</span>
            <Checkbox
              label={sentence(source)}
              checked
              className="flex-1"
              onChange={() => edit({ precedence: precedence.filter((each) => each !== source) })}
            />
            {index > 0 && (
              <IconButton
                icon="chevron-down"
                size="sm"
                className="rotate-180"
                label={`${sentence(source)} before ${precedence[index - 1]}`}
                onClick={() => raise(index)}
              />
            )}
          </li>
        ))}
        {others.map((source) => (
          <li key={source} className="flex min-h-7 items-center gap-2 pl-6 text-muted">
            <Checkbox
              label={`${sentence(source)} (not used)`}
              checked={false}
              onChange={() => edit({ precedence: [...precedence, source] })}
            />
          </li>
        ))}
      </ol>
      {precedence.includes("judge") && (
        <>
          <NumberRow
            label="Judges agree"
            value={step.judge_bound ?? null}
            min={0}
            max={1}
            step={0.05}
            placeholder="no bound"
            unit="with people, at least"
            onChange={(judge_bound) => edit({ judge_bound })}
          />
          <Note>
            A judge counts when its agreement with people, where both labelled, is at least this: the lower
            end of a 95 % interval. What only other judges labelled is set aside for review.
          </Note>
        </>
      )}
      <AspectWeights
        weights={(step.aspect_weights ?? {}) as Record<string, number | null>}
        seen={aspectsSeen(preview)}
        onChange={(aspect_weights) => edit({ aspect_weights })}
      />
    </>
  );
}

type Weights = Record<string, number | null>;

/** Aspects that the preview happens to show: suggestions, not all there are. */
function aspectsSeen(preview: CardProps["preview"]): string[] {
  const rows = [...(preview?.samples.kept ?? []), ...(preview?.samples.dropped ?? [])];
  const counted = preview?.values.filter((each) => each.title === "Aspect") ?? [];
  const names = [
    ...rows.map((row) => row.aspect),
    ...counted.flatMap((each) => each.values.map((one) => one.value)),
  ];
  return [...new Set(names.filter((name) => name !== null))];
}

function AspectWeights({
  weights,
  seen,
  onChange,
}: {
  weights: Weights;
  seen: string[];
  onChange: (weights: Weights) => void;
}) {
  const list = useId();
  const [name, setName] = useState("");
  const entries = Object.entries(weights);
  const combined = entries.length > 0;
  const add = (event: FormEvent) => {
    event.preventDefault();
    const aspect = name.trim();
    if (!aspect) return;
    onChange({ ...weights, [aspect]: weights[aspect] ?? 1 });
    setName("");
  };
  return (
    <div className="flex flex-col gap-2 border-t border-line pt-2">
      <Checkbox
        label="Make one preference of the aspects"
        hint="The weighted mean of those that have labels; aspects without a weight do not count. Otherwise each aspect is a pair of its own."
        checked={combined}
        onChange={() =>
          onChange(combined ? {} : { "": 1, ...Object.fromEntries(seen.map((each) => [each, 1])) })
        }
      />
      {combined && (
        <>
          {entries.map(([aspect, weight]) => (
            <div key={aspect} className="flex items-center gap-1">
              <div className="min-w-0 flex-1">
                <NumberRow
                  label={aspect === "" ? "Overall" : aspect}
                  of="weight"
                  value={weight}
                  min={0}
                  step={0.1}
                  onChange={(value) => onChange({ ...weights, [aspect]: value })}
                />
              </div>
              <IconButton
                icon="close"
                size="sm"
                label={`Leave out ${aspect === "" ? "overall" : aspect}`}
                onClick={() => onChange(Object.fromEntries(entries.filter(([each]) => each !== aspect)))}
              />
            </div>
          ))}
          <form onSubmit={add} className="flex gap-2">
            <Input
              aria-label="Aspect to add"
              list={list}
              value={name}
              placeholder="Aspect, as in the data"
              onChange={(event) => setName(event.target.value)}
              className="h-7"
            />
            <datalist id={list}>
              {["", ...seen]
                .filter((each) => each && !(each in weights))
                .map((each) => (
                  <option key={each} value={each} />
                ))}
            </datalist>
            <Button type="submit" size="sm" disabled={!name.trim()}>
              Add aspect
            </Button>
            {!("" in weights) && (
              <Button size="sm" onClick={() => onChange({ "": 1, ...weights })}>
                Add overall
              </Button>
            )}
          </form>
        </>
      )}
    </div>
  );
}
