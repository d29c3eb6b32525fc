import type { Signal } from "@/lib/api/types";
import {
  type Column,
  columnOf,
  FACTS,
  type Fact,
  type Measure,
  type MeasureType,
  measureFor,
  measureOf,
  type Of,
  SIDES,
  sidesOf,
} from "@/lib/recipes/measures";
import { type CardProps, ChoiceRow } from "./fields";
import { NoSignals } from "./signal-field";

interface Props extends Pick<CardProps, "signals" | "signalsPath"> {
  label: string;
  value: unknown;
  onChange: (measure: Measure | null) => void;
  /** Types that mean something here; all when left out. */
  types?: readonly MeasureType[];
  /** Whether facts of the pair may be chosen. */
  facts?: boolean;
  /** The choice of nothing, where that means something. */
  without?: string;
  /** What to say when no signal of the version has a fitting column. */
  none?: string;
}

const LEVELS: Record<Signal["level"], string> = {
  response: "of each response",
  pair: "of the pair",
  record: "of the prompt",
};

/** A fact of the pair, or a signal, then its column, then (of responses) the margin or one side. */
export function MeasureField({
  label,
  value,
  onChange,
  signals,
  signalsPath,
  types = ["number", "text", "flag"],
  facts = true,
  without,
  none,
}: Props) {
  const measure = measureOf(value);
  const fits = (column: Column) => types.includes(column.type);
  const usable = signals.filter((signal) => signal.columns.some(fits));
  const found = columnOf(measure, signals);
  const current = signals.find((each) => each.id === measure.signal);
  const lost = typeof measure.signal === "number" && !usable.some((each) => each.id === measure.signal);
  const chosen = measure.fact ?? (typeof measure.signal === "number" ? String(measure.signal) : "");
  const known = (Object.keys(FACTS) as Fact[]).filter((fact) => facts && types.includes(FACTS[fact].type));

  const choose = (text: string) => {
    if (text === "") return onChange(without === undefined ? {} : null);
    if (text in FACTS) return onChange({ fact: text as Fact });
    const signal = usable.find((each) => String(each.id) === text);
    const column = signal?.columns.find(fits);
    if (signal && column) onChange(measureFor(signal, column));
  };
  return (
    <>
      {none && usable.length === 0 && known.length === 0 && (
        <NoSignals text={none} signalsPath={signalsPath} />
      )}
      <ChoiceRow
        label={label}
        value={chosen}
        onChange={choose}
        options={[
          { value: "", label: without ?? "Choose what to look at" },
          ...known.map((fact) => ({ value: fact, label: FACTS[fact].title })),
          ...(lost
            ? [{ value: String(measure.signal), label: `Signal ${measure.signal} (not usable here)` }]
            : []),
          ...(usable.length > 0 ? [{ value: "signals", label: "Signals", disabled: true }] : []),
          ...usable.map((signal) => ({
            value: String(signal.id),
            label: `${signal.name} (${LEVELS[signal.level]})`,
          })),
        ]}
      />
      {current && (current.columns.filter(fits).length > 1 || !found) && (
        <ChoiceRow
          label="Column"
          value={found?.column.name ?? ""}
          onChange={(name) => {
            const column = current.columns.find((each) => each.name === name);
            if (column) onChange(measureFor(current, column));
          }}
          options={[
            ...(found ? [] : [{ value: "", label: "Choose a column" }]),
            ...current.columns.filter(fits).map((column) => ({ value: column.name, label: column.title })),
          ]}
        />
      )}
      {found && sidesOf(found.signal, found.column).length > 0 && (
        <ChoiceRow
          label="Taken of"
          value={measure.of ?? "margin"}
          onChange={(of) => onChange({ ...measure, of: of as Of })}
          options={sidesOf(found.signal, found.column).map((of) => ({ value: of, label: SIDES[of] }))}
        />
      )}
    </>
  );
}
