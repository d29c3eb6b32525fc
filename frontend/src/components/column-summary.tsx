import { Histogram } from "@/components/chart";
import type { Signal, SignalColumn } from "@/lib/api/types";
import { countOf, formatCount, formatNumber, formatPercent } from "@/lib/format";
import { type NumberSummary, numbersOf, type ValueSummary, valuesOf, wordOf } from "@/lib/signal-values";

/** Every column of a signal: a histogram of numbers, bars of how often each text or flag occurs. */
export function ColumnSummaries({ signal }: { signal: Signal }) {
  return (
    <>
      <div className="grid gap-x-6 gap-y-6 sm:grid-cols-2">
        {signal.columns.map((column) => (
          <ColumnSummary key={column.name} signal={signal} column={column} />
        ))}
      </div>
      <SignedNote columns={signal.columns} />
    </>
  );
}

function SignedNote({ columns }: { columns: SignalColumn[] }) {
  const signed = columns.filter((column) => column.signed);
  if (signed.length === 0) return null;
  const which =
    signed.length === columns.length
      ? ""
      : ` of ${signed.map((column) => `“${column.title}”`).join(" and ")}`;
  return (
    <p className="mt-4 max-w-[72ch] text-sm text-muted">
      Values above zero{which} speak for a pair’s second side as it is stored; recipes turn them towards the
      chosen one.
    </p>
  );
}

function ColumnSummary({ signal, column }: { signal: Signal; column: SignalColumn }) {
  const numbers = numbersOf(signal, column);
  if (numbers && numbers.count > 0) return <NumberFigure column={column} summary={numbers} />;
  const values = valuesOf(signal, column);
  if (values && values.count > 0) return <ValueBars column={column} summary={values} />;
  return (
    <div>
      <p className="flex min-h-7 items-center font-medium">{column.title}</p>
      <p className="text-sm text-muted">No row has a value here.</p>
    </div>
  );
}

function NumberFigure({ column, summary }: { column: SignalColumn; summary: NumberSummary }) {
  const { min, max, mean, count, histogram } = summary;
  const same = min !== null && min === max;
  return (
    <div className="min-w-0">
      {same ? (
        <p className="flex min-h-7 items-center font-medium">{column.title}</p>
      ) : (
        <Histogram
          title={column.title}
          edges={histogram.edges}
          counts={histogram.counts}
          xLabel={column.title}
          height={120}
        />
      )}
      <p className="num mt-1 text-sm text-muted">
        {same
          ? `${formatNumber(min)} in all ${countOf(count, "value")}`
          : `${formatNumber(min)} to ${formatNumber(max)} · mean ${formatNumber(mean)} · ${countOf(count, "value")}`}
      </p>
    </div>
  );
}

/** So many bars; what is rarer is said in a number. */
const BARS = 8;

function ValueBars({ column, summary }: { column: SignalColumn; summary: ValueSummary }) {
  const allOnce = summary.distinct === summary.count && summary.count > 1;
  // Values that occur once say nothing, one by one.
  const several = summary.values.filter((each) => each.count > 1);
  const bars = (several.length > 0 ? several : summary.values).slice(0, BARS);
  const rest = summary.distinct - bars.length;
  const shown = bars.reduce((sum, each) => sum + each.count, 0);
  return (
    <figure className="min-w-0">
      <figcaption className="flex min-h-7 flex-wrap items-center gap-x-3">
        <span className="font-medium">{column.title}</span>
        {column.type === "text" && (
          <span className="num text-sm text-muted">{countOf(summary.distinct, "value")}</span>
        )}
      </figcaption>
      {allOnce ? (
        <p className="text-sm text-muted">Every one of {countOf(summary.count, "value")} occurs once.</p>
      ) : (
        <ul>
          {bars.map(({ value, count }) => (
            <li key={value} className="py-0.5">
              <span className="flex items-baseline gap-2 text-sm">
                <span className="min-w-0 flex-1 truncate" title={value}>
                  {wordOf(value, column.type, column.name) || "(empty)"}
                </span>
                <span className="num">{formatCount(count)}</span>
                <span className="num w-12 text-right text-muted">{formatPercent(count / summary.count)}</span>
              </span>
              <span aria-hidden="true" className="block h-1 rounded-full bg-sunken">
                <span
                  className="block h-1 rounded-full bg-(--chart-1) opacity-70"
                  style={{ width: `${(count / summary.count) * 100}%` }}
                />
              </span>
            </li>
          ))}
        </ul>
      )}
      {!allOnce && rest > 0 && (
        <p className="num mt-1 text-sm text-muted">
          {summary.count - shown === rest
            ? `${countOf(rest, "value")} once each`
            : `${countOf(rest, "rarer value")} in ${countOf(summary.count - shown, "row")}`}
        </p>
      )}
    </figure>
  );
}
