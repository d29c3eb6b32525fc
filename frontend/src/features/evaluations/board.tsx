import { IntervalChart, SHARES } from "@/components/chart";
import { Figures, Section } from "@/components/ui";
import { asSentence, countOf, formatCount, formatPercent } from "@/lib/format";
import {
  boundsWords,
  intervalOf,
  intervalWords,
  measuredOf,
  type Named,
  namedOf,
  numberOf,
  textOf,
} from "./measured";

type Metrics = Record<string, unknown>;

/** The benchmark's own number, then sections and scenarios, each as a point with its interval. */
export function Board({ metrics }: { metrics: Metrics }) {
  const overall = measuredOf(metrics.overall);
  const accuracy = measuredOf(metrics.accuracy);
  const chance = numberOf(metrics.chance);
  const sections = namedOf(metrics.sections);
  const subsets = namedOf(metrics.subsets);
  const missing = Array.isArray(metrics.missing_subsets) ? metrics.missing_subsets.map(String) : [];
  const ties = numberOf(metrics.ties) ?? 0;
  return (
    <>
      <Section title="Overall">
        <Figures
          items={[
            {
              label: "Overall",
              value: formatPercent(overall?.value, 1),
              note: overall ? boundsWords(overall) : undefined,
            },
            ...(accuracy && accuracy.value !== overall?.value
              ? [
                  {
                    label: "Mean of all items",
                    value: formatPercent(accuracy.value, 1),
                    note: boundsWords(accuracy),
                  },
                ]
              : []),
            ...(chance === null
              ? []
              : [{ label: "Meaningless scores earn", value: formatPercent(chance, 1) }]),
            ...(ties > 0 ? [{ label: "Items whose scores tie", value: formatCount(ties) }] : []),
          ]}
        />
        <p className="mt-3 max-w-[80ch] text-sm text-muted">
          {asSentence(textOf(metrics.rule))} {asSentence(textOf(metrics.overall_rule))}
          {missing.length > 0 && ` This set has no items of ${missing.join(", ")}.`}
        </p>
      </Section>
      {sections.length > 0 && <Shares title="By section" rows={sections} chance={chance} />}
      {subsets.length > 1 && <Shares title="By scenario" rows={subsets} chance={chance} />}
    </>
  );
}

/** Shares from 0 to 1, one line each, with chance as the line that matters. */
export function Shares({ title, rows, chance }: { title: string; rows: Named[]; chance: number | null }) {
  const isBelow = ({ high }: Named) => high !== null && chance !== null && high < chance;
  return (
    <div className="mt-8">
      <IntervalChart
        title={title}
        caption={
          rows.some(isBelow) &&
          "The line is what meaningless scores earn; a sign marks what stays below it with its whole interval."
        }
        scale={SHARES}
        reference={chance ?? 0.5}
        format={(value) => intervalWords(value)}
        formatTick={(value) => formatPercent(value)}
        rows={rows.map((row) => ({
          key: row.name,
          label: row.name,
          value: intervalOf(row),
          count: countOf(row.n, "item"),
          flagged: isBelow(row),
        }))}
      />
    </div>
  );
}
