import type { ReactNode } from "react";
import { Button, IconButton } from "@/components/ui";
import { cx } from "@/lib/cx";
import { type Faults, within } from "./checks";
import { freeNameAmong, nameFrom } from "./draft";
import { FaultText, NameField, TextField } from "./parts";

interface Props<T> {
  /** "aspect", "category": said in labels. */
  noun: string;
  path: string;
  entries: readonly T[];
  faults: Faults;
  fresh: (number: number) => T;
  onChange: (entries: T[]) => void;
  children: (entry: T, faults: Faults, change: (patch: Partial<T>) => void, index: number) => ReactNode;
  /** Their order means something, and is said so by a number. */
  ordered?: boolean;
  /** Rows in one line each, without a rule between them. */
  dense?: boolean;
  max?: number;
}

/** A list of parts of a question: add, remove, move. */
export function ListEditor<T>({
  noun,
  path,
  entries,
  faults,
  fresh,
  onChange,
  children,
  ordered,
  dense,
  max = 50,
}: Props<T>) {
  const move = (index: number, to: number) => {
    const entry = entries[index];
    if (entry !== undefined) onChange(entries.toSpliced(index, 1).toSpliced(to, 0, entry));
  };
  const own = within(faults, path)[""];
  return (
    <div className="flex flex-col">
      {entries.length > 0 && (
        <ol className={cx("flex flex-col", dense ? "gap-2" : "divide-y divide-line border-y border-line")}>
          {entries.map((entry, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place.
              key={index}
              className={cx("flex items-start gap-1", !dense && "py-3")}
            >
              {ordered && <span className="num w-5 shrink-0 pt-1.5 text-faint">{index + 1}</span>}
              <div className="min-w-0 flex-1">
                {children(
                  entry,
                  within(faults, `${path}.${index}`),
                  (patch) =>
                    onChange(entries.map((each, place) => (place === index ? { ...each, ...patch } : each))),
                  index,
                )}
              </div>
              <IconButton
                icon="chevron-down"
                label={`Move ${noun} ${index + 1} up`}
                size="sm"
                className="mt-1 rotate-180"
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              />
              <IconButton
                icon="chevron-down"
                label={`Move ${noun} ${index + 1} down`}
                size="sm"
                className="mt-1"
                disabled={index === entries.length - 1}
                onClick={() => move(index, index + 1)}
              />
              <IconButton
                icon="close"
                label={`Remove ${noun} ${index + 1}`}
                size="sm"
                className="mt-1"
                onClick={() => onChange(entries.toSpliced(index, 1))}
              />
            </li>
          ))}
        </ol>
      )}
      {own && (
        <div className="pt-2">
          <FaultText>{own}</FaultText>
        </div>
      )}
      <div className="pt-2">
        <Button
          size="sm"
          icon="plus"
          disabled={entries.length >= max}
          onClick={() => onChange([...entries, fresh(entries.length + 1)])}
        >
          Add {noun}
        </Button>
      </div>
    </div>
  );
}

/** The name an entry gets before it has a title. */
export const placeholderName = (noun: string, number: number) => `${noun}_${number}`;

interface NamedProps<T extends { name: string; title: string }> {
  noun: string;
  value: T;
  /** All of the list, so that names made from titles stay apart. */
  all: readonly { name: string }[];
  faults: Faults;
  onChange: (change: Partial<T>) => void;
}

/** Title and name of an entry. A placeholder name becomes one made from the title when the title is left. */
export function NamedFields<T extends { name: string; title: string }>({
  noun,
  value,
  all,
  faults,
  onChange,
}: NamedProps<T>) {
  const settle = () => {
    const made = nameFrom(value.title);
    if (!/^[a-z_]+_\d+$/.test(value.name) || !value.name.startsWith(`${noun}_`) || made === "") return;
    const others = all.filter((each) => each !== value).map((each) => each.name);
    onChange({ name: freeNameAmong(made, others) } as Partial<T>);
  };
  return (
    <div className="grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-2">
      <TextField
        label="Title"
        hideLabel
        placeholder="Title"
        value={value.title}
        error={faults.title}
        onChange={(title) => onChange({ title } as Partial<T>)}
        onLeave={settle}
      />
      <NameField
        label="Name in the data"
        hideLabel
        value={value.name}
        error={faults.name}
        onChange={(name) => onChange({ name } as Partial<T>)}
      />
    </div>
  );
}
