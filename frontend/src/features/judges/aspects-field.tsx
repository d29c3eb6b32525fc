import { type Of, Problem } from "@/components/schema-form";
import { Button, Checkbox, Field, IconButton, Input, Textarea } from "@/components/ui";
import { sentence } from "@/lib/format";
import { type Entries, shownEntry } from "@/lib/schema-form";
import {
  type Aspects,
  aspectsIn,
  BLANK,
  GRADES,
  type OwnAspect,
  ownOf,
  withBuiltIn,
  withOwn,
} from "./aspects";

/** The server takes no more. */
const MOST = 8;

interface Props {
  field: Of<"json">;
  entries: Entries;
  problem: string | undefined;
  onChange: (json: string) => void;
}

/** Built-in aspects to tick, and aspects of the project's own to write. */
export function AspectsField({ field, entries, problem, onChange }: Props) {
  const entry = shownEntry(field, entries);
  const aspects = aspectsIn(typeof entry === "string" ? entry : "") ?? [];
  const builtIn = Array.isArray(field.fallback)
    ? field.fallback.filter((each) => typeof each === "string")
    : [];
  const own = ownOf(aspects);
  const set = (next: Aspects) => onChange(JSON.stringify(next));
  const change = (at: number, changed: Partial<OwnAspect>) =>
    set(
      withOwn(
        aspects,
        own.map((each, place) => (place === at ? { ...each, ...changed } : each)),
      ),
    );
  return (
    <fieldset>
      <legend className="font-medium">{field.label}</legend>
      <p className="mb-2 text-sm text-muted">
        Each is rated from 1 to 5 by itself, so that none rubs off on another.
      </p>
      <div className="flex flex-wrap gap-x-6 gap-y-1.5">
        {builtIn.map((name) => (
          <Checkbox
            key={name}
            label={sentence(name)}
            checked={aspects.includes(name)}
            onChange={(event) => set(withBuiltIn(aspects, builtIn, name, event.target.checked))}
          />
        ))}
      </div>
      {own.length > 0 && (
        <ol className="mt-3 border-t border-line">
          {own.map((aspect, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: equal aspects are equal, and every field is controlled.
            <li key={at} className="border-b border-line py-3">
              <OwnFields
                aspect={aspect}
                number={at + 1}
                onChange={(changed) => change(at, changed)}
                onRemove={() =>
                  set(
                    withOwn(
                      aspects,
                      own.filter((_, place) => place !== at),
                    ),
                  )
                }
              />
            </li>
          ))}
        </ol>
      )}
      <Button
        size="sm"
        icon="plus"
        className="mt-3"
        disabled={aspects.length >= MOST}
        onClick={() => set(withOwn(aspects, [...own, BLANK]))}
      >
        Add your own aspect
      </Button>
      <Problem text={problem} />
    </fieldset>
  );
}

function OwnFields({
  aspect,
  number,
  onChange,
  onRemove,
}: {
  aspect: OwnAspect;
  number: number;
  onChange: (changed: Partial<OwnAspect>) => void;
  onRemove: () => void;
}) {
  return (
    <fieldset className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
      <legend className="sr-only">Your aspect {number}</legend>
      <div className="flex items-start gap-2 sm:col-span-2">
        <Field label="Title" required className="flex-1">
          <Input
            dir="auto"
            autoComplete="off"
            maxLength={120}
            value={aspect.title}
            // It is named by its title; the name is its column's.
            onChange={(event) => onChange({ title: event.target.value, name: "" })}
          />
        </Field>
        <IconButton icon="trash" label={`Remove your aspect ${number}`} className="mt-6" onClick={onRemove} />
      </div>
      <Field label="What it means" required className="sm:col-span-2">
        <Textarea
          dir="auto"
          rows={2}
          className="min-h-14!"
          maxLength={1000}
          value={aspect.description}
          onChange={(event) => onChange({ description: event.target.value })}
        />
      </Field>
      {GRADES.map((grade) => (
        <Field key={grade} label={`A ${grade} means`} required>
          <Input
            dir="auto"
            autoComplete="off"
            maxLength={1000}
            value={aspect.anchors[grade - 1] ?? ""}
            onChange={(event) =>
              onChange({
                anchors: GRADES.map((each) =>
                  each === grade ? event.target.value : (aspect.anchors[each - 1] ?? ""),
                ),
              })
            }
          />
        </Field>
      ))}
      <Checkbox
        className="self-end pb-1.5"
        label="May not apply"
        hint="It may say so instead of a grade."
        checked={aspect.allow_na === true}
        onChange={(event) => onChange({ allow_na: event.target.checked })}
      />
    </fieldset>
  );
}
