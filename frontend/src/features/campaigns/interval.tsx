import { formatPercent } from "@/lib/format";

/** A rate with its 95 % interval on a line from 0 to 100 %, against a reference. */
export function Interval({
  rate,
  low,
  high,
  reference,
}: {
  rate: number | null;
  low: number | null;
  high: number | null;
  reference?: number;
}) {
  if (rate === null || low === null || high === null)
    return <p className="text-faint">Not enough answers yet</p>;
  const clear = reference !== undefined && (low > reference || high < reference);
  return (
    <figure className="max-w-[420px]">
      <svg
        viewBox="0 0 400 32"
        className="w-full"
        role="img"
        aria-label={`${formatPercent(rate, 1)}, 95 % interval ${formatPercent(low, 1)} to ${formatPercent(high, 1)}`}
      >
        <line x1="0" x2="400" y1="16" y2="16" stroke="var(--line)" />
        {reference !== undefined && (
          <line
            x1={reference * 400}
            x2={reference * 400}
            y1="4"
            y2="28"
            stroke="var(--control)"
            strokeDasharray="2 2"
          />
        )}
        <line x1={low * 400} x2={high * 400} y1="16" y2="16" stroke="var(--chart-2)" strokeWidth="4" />
        <circle cx={rate * 400} cy="16" r="5" fill="var(--chart-2)" />
      </svg>
      <figcaption className="num text-sm text-muted">
        {formatPercent(rate, 1)} ({formatPercent(low, 1)} – {formatPercent(high, 1)})
        {reference !== undefined && (clear ? " · differs from chance" : " · no difference from chance seen")}
      </figcaption>
    </figure>
  );
}
