import type { ReactNode } from "react";
import { Histogram, LineChart } from "@/components/chart";
import { Figures, Section, Table, Td, Th } from "@/components/ui";
import { countOf, formatCount, formatNumber, formatPercent, sentence } from "@/lib/format";
import { Shares } from "./board";
import { boundsWords, factsOf, listOf, measuredOf, numberOf, textOf } from "./measured";

type Facts = Record<string, unknown>;

const isThere = (given: unknown): given is Facts => typeof given === "object" && given !== null;
const numbers = (given: unknown): number[] => (Array.isArray(given) ? given.map(Number) : []);

/** What an evaluation found besides its board; each part stands only where it was measured. */
export function Details({ metrics }: { metrics: Facts }) {
  return (
    <>
      {isThere(metrics.margin_histogram) && <Implicit metrics={metrics} />}
      {isThere(metrics.styles) && <Styles styles={metrics.styles} />}
      {isThere(metrics.ties_subset) && <Ties subset={metrics.ties_subset} />}
      {isThere(metrics.calibration) && <Calibration given={metrics.calibration} />}
      {listOf(metrics.best_of_n).length > 0 && <BestOfN rows={listOf(metrics.best_of_n)} />}
      {isThere(metrics.length) && <Length given={metrics.length} />}
    </>
  );
}

function figureOf(
  label: string,
  given: unknown,
  asShare: boolean,
): { label: string; value: ReactNode; note?: string }[] {
  const measured = measuredOf(given);
  if (!measured) return [];
  return [
    {
      label,
      value: asShare ? formatPercent(measured.value, 1) : formatNumber(measured.value),
      note: boundsWords(measured, asShare),
    },
  ];
}

function Implicit({ metrics }: { metrics: Facts }) {
  const histogram = factsOf(metrics.margin_histogram);
  const margin = factsOf(metrics.margin);
  return (
    <Section title="Implicit reward">
      <p className="mb-3 max-w-[80ch] text-sm text-muted">
        β times the log-ratio of the policy to {textOf(metrics.reference)}, β ={" "}
        {formatNumber(numberOf(metrics.beta))}. Ranking accuracy asks the policy alone which answer is
        likelier.
      </p>
      <Figures
        items={[
          ...figureOf("Ranking accuracy", metrics.ranking_accuracy, true),
          ...figureOf("Of the reference", metrics.reference_ranking_accuracy, true),
          ...figureOf("By token", metrics.ranking_accuracy_per_token, true),
          ...figureOf("Mean margin", margin, false),
          { label: "Median margin", value: formatNumber(numberOf(margin.median)) },
          ...figureOf("Reward of right answers", metrics.right_reward, false),
          ...figureOf("Reward of wrong answers", metrics.wrong_reward, false),
        ]}
      />
      <div className="mt-4 max-w-[720px]">
        <Histogram
          title="Margins"
          xLabel="Margin"
          edges={numbers(histogram.edges)}
          counts={numbers(histogram.counts)}
        />
      </div>
    </Section>
  );
}

function Styles({ styles }: { styles: Facts }) {
  const names = Array.isArray(styles.styles) ? styles.styles.map(String) : [];
  const matrix = Array.isArray(styles.matrix) ? styles.matrix.map(numbers) : [];
  return (
    <Section title="Right answers in one style against wrong answers in another">
      <Figures
        items={[
          ...figureOf("Easy", styles.easy, true),
          ...figureOf("Normal", styles.normal, true),
          ...figureOf("Hard", styles.hard, true),
        ]}
      />
      <p className="my-3 max-w-[80ch] text-sm text-muted">
        Hard means that the wrong answer is the fancier one: a model that scores style loses there.
      </p>
      <Table caption="Accuracy by the style of the right answer (rows) and of the wrong one (columns)">
        <thead>
          <tr>
            <Th>Right answer</Th>
            {names.map((name) => (
              <Th key={name} numeric>
                wrong: {sentence(name)}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((row, at) => (
            <tr key={names[at]}>
              <Td>{sentence(names[at] ?? "")}</Td>
              {row.map((value, column) => (
                <Td key={names[column]} numeric>
                  {formatPercent(value, 1)}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}

function Ties({ subset }: { subset: Facts }) {
  const shown = Object.entries(subset).filter(([, value]) => typeof value === "number");
  return (
    <Section title="Ties">
      <p className="mb-3 max-w-[80ch] text-sm text-muted">
        Several right answers to one prompt: the worst of them must beat every wrong one, by more than right
        answers differ among themselves.
      </p>
      <Figures
        items={shown.map(([name, value]) => ({
          label: sentence(name),
          value: formatNumber(numberOf(value)),
        }))}
      />
    </Section>
  );
}

/** Below so many items a point of the curve is a coin thrown a few times. */
const FEWEST = 5;

const hasEnough = (curve: Facts[]) =>
  curve.length > 1 && curve.every((point) => (numberOf(point.n) ?? 0) >= FEWEST);

const UNIT: { x: [number, number]; y: [number, number] } = { x: [0.5, 1], y: [0, 1] };

function Calibration({ given }: { given: Facts }) {
  const raw = factsOf(given.raw);
  const calibrated = isThere(given.calibrated) ? given.calibrated : null;
  const curve = listOf(raw.curve);
  return (
    <Section title="Calibration">
      <p className="mb-3 max-w-[80ch] text-sm text-muted">
        The difference of scores read as log-odds: how sure the model is, against how often it is right
        {calibrated !== null && `, before and after a slope of ${formatNumber(numberOf(given.slope))}`}.
      </p>
      <Figures
        items={[
          ...figureOf("Brier score", raw.brier, false),
          ...figureOf("Log loss", raw.log_loss, false),
          { label: "Calibration error", value: formatNumber(numberOf(raw.calibration_error)) },
          ...(calibrated
            ? [{ label: "After calibration", value: formatNumber(numberOf(calibrated.calibration_error)) }]
            : []),
        ]}
      />
      {hasEnough(curve) ? (
        <div className="mt-4 max-w-[560px]">
          <LineChart
            title="Right as often as sure"
            x={curve.map((point) => numberOf(point.confidence) ?? 0)}
            xLabel="Confidence"
            range={UNIT}
            format={(value) => formatPercent(value, 1)}
            series={[
              { label: "Accuracy", values: curve.map((point) => numberOf(point.accuracy)) },
              { label: "As sure", dashed: true, values: curve.map((point) => numberOf(point.confidence)) },
            ]}
          />
        </div>
      ) : (
        <p className="mt-3 text-sm text-muted">
          Too few for a curve ({countOf(numberOf(given.n) ?? 0, "item")}): each of its points needs {FEWEST}{" "}
          at least.
        </p>
      )}
    </Section>
  );
}

function BestOfN({ rows }: { rows: Facts[] }) {
  return (
    <Section title="Best of n">
      <p className="mb-3 max-w-[80ch] text-sm text-muted">
        How right the answer is that the model picks of n drawn ones, and the best it could have picked.
      </p>
      <div className="max-w-[560px]">
        <LineChart
          title="Picked of n answers"
          x={rows.map((row) => numberOf(row.n) ?? 0)}
          xLabel="n"
          format={(value) => formatPercent(value, 1)}
          series={[
            {
              label: "Picked by the model",
              values: rows.map((row) => numberOf(row.value)),
              low: rows.map((row) => numberOf(row.low)),
              high: rows.map((row) => numberOf(row.high)),
            },
            { label: "Best there is", dashed: true, values: rows.map((row) => numberOf(row.best)) },
          ]}
        />
      </div>
    </Section>
  );
}

export function Length({ given }: { given: Facts }) {
  const bins = listOf(given.bins).flatMap((bin) => {
    const measured = measuredOf(bin);
    const [from, to] = [numberOf(bin.from), numberOf(bin.to)];
    return measured ? [{ ...measured, name: `${formatCount(from)} to ${formatCount(to)} characters` }] : [];
  });
  const correlation = measuredOf(given.correlation);
  return (
    <>
      <Section title="Length">
        <Figures
          items={[
            ...figureOf("Longer answer preferred", given.longer_preferred, true),
            ...figureOf("Right answer is longer", given.share_right_longer, true),
            ...figureOf("Right where it is longer", given.right_longer, true),
            ...figureOf("Right where it is shorter", given.right_shorter, true),
            ...(correlation
              ? [
                  {
                    label: "Score with length",
                    value: formatNumber(correlation.value),
                    note: boundsWords(correlation, false),
                  },
                ]
              : []),
          ]}
        />
      </Section>
      {bins.length > 1 && <Shares title="By difference of length" rows={bins} chance={0.5} />}
    </>
  );
}
