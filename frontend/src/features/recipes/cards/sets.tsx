import { measureOf, ratingSignals, typeOf } from "@/lib/recipes/measures";
import { HOW_PAIRS } from "@/lib/recipes/words";
import { type CardProps, ChoiceRow, MissingRow, Note, NumberRow, SeedRow } from "./fields";
import { MeasureField } from "./measure-field";
import { SignalField } from "./signal-field";

export function MakePairsCard({ step, signals, signalsPath, edit }: CardProps) {
  const rated = signals.find((each) => each.id === step.signal);
  const numbers = rated?.columns.filter((each) => each.type === "number") ?? [];
  return (
    <>
      <Note>
        Takes the place of labelled pairs: the pairs are those of responses whose ratings lie far enough
        apart.
      </Note>
      <ChoiceRow
        label="Which pairs"
        value={String(step.how ?? "best_worst")}
        onChange={(how) => edit({ how })}
        options={HOW_PAIRS}
      />
      <SignalField
        label="Ratings"
        value={step.signal}
        options={ratingSignals(signals)}
        without="Mean of the scores imported with the rows"
        none=""
        signalsPath={signalsPath}
        onChange={(signal) =>
          edit({
            signal: signal?.id ?? null,
            column: signal?.columns.find((each) => each.type === "number")?.name ?? "score",
          })
        }
      />
      {numbers.length > 1 && (
        <ChoiceRow
          label="Column"
          value={String(step.column)}
          onChange={(column) => edit({ column })}
          options={numbers.map((each) => ({ value: each.name, label: each.title }))}
        />
      )}
      <NumberRow
        label="Least gap"
        value={step.min_gap}
        min={0}
        step={0.05}
        onChange={(min_gap) => edit({ min_gap })}
      />
      {step.how === "best_random_lower" && <SeedRow step={step} edit={edit} />}
    </>
  );
}

export function DedupCard({ step, signals, signalsPath, edit }: CardProps) {
  return (
    <>
      <Note>
        Of the pairs with the same value the best are kept: people’s labels before machines’, clear before
        weak.
      </Note>
      <MeasureField
        label="Group by"
        value={step.group}
        onChange={(group) => edit({ group: group ?? {} })}
        signals={signals}
        signalsPath={signalsPath}
      />
      <NumberRow
        label="Keep of each"
        value={step.keep}
        min={1}
        step={1}
        unit={step.keep === 1 ? "pair" : "pairs"}
        onChange={(keep) => edit({ keep })}
      />
      <MissingRow step={step} edit={edit} keep />
    </>
  );
}

export function LengthMatchCard({ step, signals, signalsPath, edit }: CardProps) {
  const measure = measureOf(step.length);
  const oneSided = (measure.of ?? "margin") !== "margin" && typeOf(measure, signals) !== null;
  return (
    <>
      <Note>
        People and models like longer texts. In each group of like length difference, as many pairs stay where
        the longer side is chosen as where the shorter is; which ones is drawn by lot.
      </Note>
      <MeasureField
        label="Length"
        value={step.length}
        onChange={(length) => edit({ length: length ?? {} })}
        signals={signals}
        signalsPath={signalsPath}
        types={["number"]}
        facts={false}
        none="This version has no lengths yet."
      />
      {oneSided && (
        <p className="text-sm text-warn">
          Balance needs the difference of the two lengths: take the margin chosen − rejected.
        </p>
      )}
      <NumberRow
        label="Length groups"
        value={step.bins}
        min={1}
        max={100}
        step={1}
        onChange={(bins) => edit({ bins })}
      />
      <SeedRow step={step} edit={edit} />
      <MissingRow step={step} edit={edit} label="Without a length" />
    </>
  );
}

export function SelectCard({ step, signals, signalsPath, edit }: CardProps) {
  return (
    <>
      <NumberRow
        label="Pairs to keep"
        value={step.budget}
        min={1}
        step={1}
        onChange={(budget) => edit({ budget })}
      />
      <MeasureField
        label="The highest by"
        value={step.by}
        onChange={(by) => edit({ by })}
        signals={signals}
        signalsPath={signalsPath}
        types={["number"]}
        without="None: drawn by lot"
      />
      <MeasureField
        label="Evenly over"
        value={step.group}
        onChange={(group) => edit(group === null ? { group, cap: null } : { group })}
        signals={signals}
        signalsPath={signalsPath}
        without="No groups"
      />
      {Boolean(step.group) && (
        <NumberRow
          label="Share per group"
          value={typeof step.cap === "number" ? Math.round(step.cap * 1e6) / 1e4 : null}
          min={0}
          max={100}
          placeholder="no cap"
          unit="% of the budget at most"
          onChange={(percent) => edit({ cap: percent === null ? null : percent / 100 })}
        />
      )}
      {!step.by && <SeedRow step={step} edit={edit} />}
      {Boolean(step.by || step.group) && <MissingRow step={step} edit={edit} />}
    </>
  );
}

export function SplitCard({ step, signals, signalsPath, edit }: CardProps) {
  return (
    <>
      <Note>
        Pairs of one prompt never stand on both sides of the split. With this step neither do pairs of one
        group, such as prompts that say nearly the same. It drops nothing.
      </Note>
      <MeasureField
        label="Keep together by"
        value={step.group}
        onChange={(group) => edit({ group: group ?? {} })}
        signals={signals}
        signalsPath={signalsPath}
      />
      <MissingRow step={step} edit={edit} label="Without a group" />
    </>
  );
}

export function OrderCard({ step, signals, signalsPath, edit }: CardProps) {
  return (
    <>
      <Note>
        Pairs stand in the snapshot and in its exports from the highest value down, as in a curriculum. It
        drops nothing. Runs started here shuffle; a trainer of your own can read the files in their order.
      </Note>
      <MeasureField
        label="Order by"
        value={step.by}
        onChange={(by) => edit({ by: by ?? {} })}
        signals={signals}
        signalsPath={signalsPath}
      />
      <MissingRow step={step} edit={edit} />
    </>
  );
}
