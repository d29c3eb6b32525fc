import { ensembleSignals } from "@/lib/recipes/measures";
import { ZONE_ACTIONS } from "@/lib/recipes/words";
import { type CardProps, ChoiceRow, MissingRow, Note, NumberRow } from "./fields";
import { SignalField } from "./signal-field";

const ZONES = [
  {
    field: "wrong",
    title: "Wrong",
    says: "The ensemble’s mean margin is against the label, and few of its members agree with the label.",
  },
  {
    field: "ambiguous",
    title: "Ambiguous",
    says: "The mean margin is close to 0: the two responses are hard to tell apart.",
  },
  {
    field: "strong",
    title: "Strong",
    says: "The mean margin is among the largest: the ensemble is sure of the label.",
  },
] as const;

/** What is done with labels that an ensemble of reward models does not believe, doubts, or finds easy. */
export function ZonesCard({ step, signals, signalsPath, edit }: CardProps) {
  const actions = ZONES.map(({ field }) => step[field]);
  return (
    <>
      <SignalField
        label="Ensemble"
        value={step.signal}
        options={ensembleSignals(signals)}
        none="This version has no ensemble yet. The quick ensemble trains on a processor in minutes."
        signalsPath={signalsPath}
        onChange={(signal) => edit({ signal: signal?.id ?? null })}
      />
      {ZONES.map(({ field, title, says }) => (
        <div key={field} className="border-t border-line pt-2">
          <ChoiceRow
            label={<span className="font-medium text-fg">{title}</span>}
            value={String(step[field] ?? "keep")}
            onChange={(action) => edit({ [field]: action })}
            options={ZONE_ACTIONS}
          />
          <p className="pt-1 pl-[142px] text-sm text-muted">{says}</p>
          <div className="pt-2">
            {field === "wrong" && (
              <NumberRow
                label="Agree at most"
                value={step.vote}
                min={0}
                max={1}
                step={0.05}
                unit="of the members"
                onChange={(vote) => edit({ vote })}
              />
            )}
            {field === "ambiguous" && (
              <NumberRow
                label="Up to percentile"
                value={step.ambiguous_percentile}
                min={0}
                max={100}
                step={5}
                unit="of all means"
                onChange={(ambiguous_percentile) => edit({ ambiguous_percentile })}
              />
            )}
            {field === "strong" && (
              <NumberRow
                label="From percentile"
                value={step.strong_percentile}
                min={0}
                max={100}
                step={5}
                unit="of all means"
                onChange={(strong_percentile) => edit({ strong_percentile })}
              />
            )}
          </div>
        </div>
      ))}
      <div className="flex flex-col gap-2 border-t border-line pt-2">
        <Note>
          <span className="font-medium text-fg">Normal</span> is everything else and is kept as it is.
        </Note>
        {actions.includes("soft") && (
          <NumberRow
            label="Temperature"
            value={step.temperature}
            min={0}
            step={0.1}
            unit="of soft labels"
            onChange={(temperature) => edit({ temperature })}
          />
        )}
        {actions.includes("weight") && (
          <NumberRow
            label="Weight"
            value={step.weight}
            min={0}
            max={1}
            step={0.1}
            unit="× its weight"
            onChange={(weight) => edit({ weight })}
          />
        )}
        <MissingRow step={step} edit={edit} label="Without a margin" />
        <Note>
          Flip and drop are off by default: on real votes, review of the lowest margins removed five times as
          many wrong labels as chance, while automatic flips and drops gained nothing measurable.
        </Note>
      </div>
    </>
  );
}
