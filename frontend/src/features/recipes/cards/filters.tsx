import { Checkbox } from "@/components/ui";
import { type Measure, marginSignals, measureOf, typeOf } from "@/lib/recipes/measures";
import { type CardProps, ChoiceRow, MissingRow, NumberRow } from "./fields";
import { MeasureField } from "./measure-field";
import { SignalField } from "./signal-field";
import { ValuesField, valuesOf } from "./values-field";

export function StrengthCard({ step, edit }: CardProps) {
  return (
    <>
      <NumberRow
        label="At least"
        value={step.min_strength ?? 0}
        min={0}
        max={3}
        step={0.25}
        onChange={(min_strength) => edit({ min_strength })}
      />
      <Checkbox
        label="Drop ties"
        checked={step.drop_ties === true}
        onChange={(event) => edit({ drop_ties: event.target.checked })}
      />
      <Checkbox
        label="Drop pairs where both are bad"
        checked={step.drop_both_bad === true}
        onChange={(event) => edit({ drop_both_bad: event.target.checked })}
      />
    </>
  );
}

export function MarginCard({ step, signals, signalsPath, edit }: CardProps) {
  return (
    <>
      <SignalField
        value={step.signal}
        options={marginSignals(signals)}
        none="This version has no finished signal with a margin. Score it with a reward model, or run the quick ensemble."
        signalsPath={signalsPath}
        onChange={(signal) => edit({ signal: signal?.id ?? null })}
      />
      <NumberRow
        label="Margin from"
        value={step.min}
        placeholder="no bound"
        onChange={(min) => edit({ min })}
      />
      <NumberRow
        label="Margin to"
        value={step.max}
        placeholder="no bound"
        onChange={(max) => edit({ max })}
      />
      <MissingRow step={step} edit={edit} label="Without a score" />
    </>
  );
}

export function FilterCard(props: CardProps) {
  const { step, signals, signalsPath, edit } = props;
  const type = typeOf(measureOf(step.on), signals);
  // Bounds and values of another measure mean nothing for this one; another side of the same column keeps them.
  const look = (on: Measure | null) => {
    const before = measureOf(step.on);
    const same = on?.fact === before.fact && on?.signal === before.signal && on?.column === before.column;
    edit(same ? { on } : { on: on ?? {}, min: null, max: null, one_of: [], none_of: [] });
  };
  const byValue = valuesOf(step).values.length > 0 || type === "text" || type === "flag";
  return (
    <>
      <MeasureField
        label="Look at"
        value={step.on}
        onChange={look}
        signals={signals}
        signalsPath={signalsPath}
      />
      {type !== null && !byValue && (
        <>
          <NumberRow label="From" value={step.min} placeholder="no bound" onChange={(min) => edit({ min })} />
          <NumberRow label="To" value={step.max} placeholder="no bound" onChange={(max) => edit({ max })} />
        </>
      )}
      {byValue && <ValuesField {...props} key={JSON.stringify(step.on)} />}
      <ChoiceRow
        label="All others"
        value={String(step.outside ?? "drop")}
        onChange={(outside) => edit({ outside })}
        options={[
          { value: "drop", label: "Drop" },
          { value: "review", label: "Set aside for review" },
        ]}
      />
      <MissingRow step={step} edit={edit} />
    </>
  );
}
