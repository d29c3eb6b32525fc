import { aroundZero, IntervalChart, type IntervalRow, LineChart, SHARES } from "@/components/chart";
import { Figures, Icon, Section } from "@/components/ui";
import { countOf, formatCount, formatNumber, formatPercent, sentence } from "@/lib/format";
import type { Calibration, Effect, Judge, JudgeTrust, TrustResults } from "./api";
import { BAR } from "./judge-card";
import { formatUsd, percentRange, percentWords, signed, signedWords } from "./words";

/** What a check found out: the rule first, then the figures, then what moves the judge. */
export function TrustResultsView({
  check,
  results,
  standing,
}: {
  check: JudgeTrust;
  results: TrustResults;
  standing: Judge["standing"];
}) {
  const isNewest = standing.trust === check.id;
  return (
    <>
      <Verdict check={check} results={results} outdated={isNewest && standing.outdated} />
      <Figures items={figuresOf(results)} />
      {!isNewest && (
        <p className="mt-3 text-sm text-muted">What it may do now rests on another check, listed below.</p>
      )}
      <div className="mt-8 grid gap-x-12 gap-y-8 xl:grid-cols-2">
        <Effects
          title="What moves it besides quality"
          caption="Zero is no bias; each sentence says in which measure."
          effects={results.biases}
        />
        <Effects
          title="What a probe did to its verdicts"
          caption="Verdicts that moved where the probe pushed. A sound judge stays at zero."
          effects={results.probes}
        />
        {results.calibration && <CalibrationFigure calibration={results.calibration} />}
        {results.slices.length > 0 && <Slices slices={results.slices} />}
        {results.profile.length > 0 && <Profile profile={results.profile} />}
      </div>
      {results.ppi && <PeopleRate ppi={results.ppi} />}
    </>
  );
}

function Verdict({
  check,
  results,
  outdated,
}: {
  check: JudgeTrust;
  results: TrustResults;
  outdated: boolean;
}) {
  const others = results.diagnosis.filter((each) => each !== results.rule);
  return (
    <div className="mb-6 border-y border-line py-4">
      <p className="flex max-w-[90ch] items-start gap-2 text-lg">
        <Icon
          name={check.may_label && !outdated ? "check" : "warning"}
          size={18}
          className={`mt-1 shrink-0 ${check.may_label && !outdated ? "text-ok" : "text-warn"}`}
        />
        <span>{results.rule}</span>
      </p>
      {outdated && (
        <p className="mt-1 ps-6.5 text-warn">
          Its principles or its model have changed since: check it again before it labels.
        </p>
      )}
      {others.length > 0 && (
        <ul className="mt-2 flex max-w-[90ch] list-disc flex-col gap-1 ps-11 text-muted">
          {others.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function figuresOf(results: TrustResults) {
  const { swap, calibration } = results;
  const failed = results.failed > 0 ? `, ${formatCount(results.failed)} failed` : "";
  return [
    {
      label: "Accuracy against people",
      value: percentWords({ ...results.accuracy, low: null }),
      note: `${percentRange(results.accuracy)} · ${countOf(results.n, "pair")}${failed}`,
    },
    {
      label: "Accuracy, both orders averaged",
      value: percentWords({ ...results.averaged_accuracy, low: null }),
      note: percentRange(results.averaged_accuracy),
    },
    ...(swap
      ? [
          {
            label: "Same verdict when swapped",
            value: percentWords({ ...swap.consistency, low: null }),
            note: percentRange(swap.consistency),
          },
          {
            label: "Picks the first when it does not know, b̂",
            value: percentWords({ ...swap.first_slot_bias, low: null }),
            note: `${percentRange(swap.first_slot_bias)} · fair is 50 %`,
          },
          {
            label: "Knows the answer, q̂",
            value: percentWords({ ...swap.knowledge, low: null }),
            note: percentRange(swap.knowledge),
          },
        ]
      : []),
    ...(calibration
      ? [
          {
            label: "Calibration error, ECE",
            value: formatNumber(calibration.ece, 2),
            note: `${formatNumber(calibration.ece_before, 2)} before calibration`,
          },
        ]
      : []),
    ...(results.kappa === null
      ? []
      : [
          {
            label: "Agreement beyond chance, κ",
            value: signed(results.kappa),
            note: results.ac1 === null ? undefined : `AC1 ${signed(results.ac1)}`,
          },
        ]),
    ...(results.cost_per_1000 === null
      ? []
      : [{ label: "Cost of 1,000 pairs", value: formatUsd(results.cost_per_1000) }]),
  ];
}

function Effects({ title, caption, effects }: { title: string; caption: string; effects: Effect[] }) {
  if (effects.length === 0) return null;
  return (
    <IntervalChart
      title={title}
      caption={caption}
      scale={aroundZero(effects)}
      reference={0}
      format={(value) => signedWords(value)}
      formatTick={tick}
      rows={effects.map((effect) => ({
        key: `${effect.name} ${effect.title}`,
        label: effect.title,
        note: effect.expected ? `${effect.sentence} Expected: ${lowered(effect.expected)}` : effect.sentence,
        count: countOf(effect.n, "pair"),
        value: effect,
        flagged: effect.flagged,
      }))}
    />
  );
}

const lowered = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

const tick = (value: number) => (value === 0 ? "0" : formatNumber(value, 2));

const WHOLE = { x: [0.5, 1], y: [0, 1] } satisfies { x: [number, number]; y: [number, number] };

function CalibrationFigure({ calibration }: { calibration: Calibration }) {
  const { curve } = calibration;
  const sure = curve.map((point) => point.predicted);
  return (
    <div>
      <LineChart
        title="How sure it is, and how often it is right"
        x={sure}
        xLabel="When it is sure by"
        range={WHOLE}
        height={240}
        format={(value) => formatPercent(value)}
        series={[
          {
            label: "right",
            values: curve.map((point) => point.observed),
            low: curve.map((point) => point.low),
            high: curve.map((point) => point.high),
          },
          { label: "as sure as right", values: sure, dashed: true },
        ]}
      />
      <p className="num mt-1 text-sm text-muted">
        Brier score {formatNumber(calibration.brier_before, 2)}, calibrated{" "}
        {formatNumber(calibration.brier, 2)}; a verdict’s log-odds are multiplied by{" "}
        {formatNumber(calibration.a, 2)} and moved by {signed(calibration.b)} before they are used as a
        probability.
      </p>
    </div>
  );
}

function Slices({ slices }: { slices: TrustResults["slices"] }) {
  const rows: IntervalRow[] = slices.map((each) => ({
    key: `${each.slice} ${each.value}`,
    label: `${sentence(each.slice)}: ${each.value}`,
    count: countOf(each.n, "pair"),
    value: each.accuracy,
  }));
  return (
    <IntervalChart
      title="Accuracy by kind of row"
      caption={`The line stands at ${formatPercent(BAR)}, which the whole interval must reach before it may label.`}
      rows={rows}
      scale={SHARES}
      reference={BAR}
      format={(value) => percentWords(value)}
      formatTick={(value) => formatPercent(value)}
    />
  );
}

function Profile({ profile }: { profile: TrustResults["profile"] }) {
  // The widest difference first: that is where the two part.
  const known = profile
    .filter((each) => each.judge.estimate !== null || each.people.estimate !== null)
    .sort((a, b) => Math.abs(b.difference.estimate ?? 0) - Math.abs(a.difference.estimate ?? 0));
  if (known.length === 0) return null;
  const rows: IntervalRow[] = known.map((each) => ({
    key: each.property,
    label: sentence(each.title),
    value: each.judge,
    other: each.people,
    flagged: isApart(each.difference),
  }));
  return (
    <IntervalChart
      title="What it rewards, and what people reward"
      caption="Right of zero, a response that does more of it is preferred: log-odds per standard deviation, everything else equal."
      rows={rows}
      scale={aroundZero(known.flatMap((each) => [each.judge, each.people]))}
      reference={0}
      names={{ value: "Judge", other: "People" }}
      format={(value) => signedWords(value)}
      formatTick={tick}
    />
  );
}

const isApart = ({ low, high }: { low: number | null; high: number | null }) =>
  low !== null && high !== null && (low > 0 || high < 0);

function PeopleRate({ ppi }: { ppi: NonNullable<TrustResults["ppi"]> }) {
  return (
    <div className="mt-8">
      <Section title="What people would say of all the rows">
        <p className="num max-w-[90ch]">
          {ppi.what}: <span className="font-medium">{percentWords(ppi.estimate, 1)}</span> from{" "}
          {countOf(ppi.labelled, "labelled pair")} and {countOf(ppi.judged_only, "pair")} that only the judge
          saw. By the labels alone it would be {percentWords(ppi.human_only, 1)}.
        </p>
        <p className="num mt-1 text-sm text-muted">
          The judge’s verdicts count with a weight of λ = {formatNumber(ppi.lambda, 2)}: 0 is not at all, 1 is
          fully. Its bias is taken out by the labelled pairs (PPI++).
        </p>
      </Section>
    </div>
  );
}
