import { IntervalChart, SHARES } from "@/components/chart";
import { Figures, Section, Table, Td, Th } from "@/components/ui";
import { countOf, formatNumber, formatPercent } from "@/lib/format";
import { Length } from "./details";
import {
  boundsWords,
  factsOf,
  intervalOf,
  intervalWords,
  listOf,
  measuredOf,
  numberOf,
  textOf,
} from "./measured";

const said = (given: unknown, asShare = true): string => {
  const measured = measuredOf(given);
  return measured ? intervalWords(intervalOf(measured), asShare) : "not measured";
};

/** A style that rewrites none of the answers has nothing to say of them. */
const isMeasured = (variant: Record<string, unknown>) => (numberOf(variant.n) ?? 0) > 0;

/** The same answers written otherwise: how often the verdict turns, and what happens to accuracy. */
export function Invariance({ metrics }: { metrics: Record<string, unknown> }) {
  const variants = listOf(metrics.variants);
  const accuracy = measuredOf(metrics.accuracy);
  return (
    <>
      <Section title="Verdicts that turn when only the style does">
        <Figures
          items={[
            {
              label: "Accuracy as written",
              value: formatPercent(accuracy?.value, 1),
              note: accuracy ? boundsWords(accuracy) : undefined,
            },
            { label: "Spread of scores", value: formatNumber(numberOf(metrics.score_spread)) },
          ]}
        />
        <div className="mt-4">
          <IntervalChart
            title="Share of verdicts that turn"
            scale={SHARES}
            format={(value) => intervalWords(value)}
            formatTick={(value) => formatPercent(value)}
            rows={variants.map((variant) => ({
              key: textOf(variant.name),
              label: textOf(variant.title),
              value: intervalOf(measuredOf(variant.flips) ?? { value: null, low: null, high: null, n: 0 }),
              count: countOf(numberOf(variant.n) ?? 0, "item"),
            }))}
          />
        </div>
      </Section>
      <Section title="Accuracy and scores under each style">
        <Table caption="Accuracy and scores under each style">
          <thead>
            <tr>
              <Th>Style</Th>
              <Th numeric>Before</Th>
              <Th numeric>After</Th>
              <Th numeric>Only right answers rewritten</Th>
              <Th numeric>Only wrong answers rewritten</Th>
              <Th numeric>Scores move by (spreads)</Th>
            </tr>
          </thead>
          <tbody>
            {variants.filter(isMeasured).map((variant) => (
              <tr key={textOf(variant.name)}>
                <Td>{textOf(variant.title)}</Td>
                <Td numeric>{said(variant.accuracy_before)}</Td>
                <Td numeric>{said(variant.accuracy_after)}</Td>
                <Td numeric>{said(variant.right_only)}</Td>
                <Td numeric>{said(variant.wrong_only)}</Td>
                <Td numeric>{said(variant.score_change, false)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Section>
      {typeof metrics.length === "object" && metrics.length !== null && (
        <Length given={factsOf(metrics.length)} />
      )}
    </>
  );
}
