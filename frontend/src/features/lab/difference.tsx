import type { LabComparison } from "./api";
import { points, ticksOf } from "./results";

interface Scale {
  low: number;
  high: number;
}

const WIDTH = 1000;
const HEIGHT = 24;

/** The difference to the raw labels as a point with its interval; the line at zero is the raw labels themselves. */
export function Difference({
  name,
  versus,
  scale,
  quiet,
}: {
  name: string;
  versus: LabComparison | null;
  scale: Scale;
  /** Controls stand back. */
  quiet: boolean;
}) {
  const x = (share: number) => ((share - scale.low) / (scale.high - scale.low)) * 100;
  const label = versus
    ? `${name}: ${points(versus.difference)} points, from ${points(versus.low)} to ${points(versus.high)}`
    : `${name}: what the others are compared with`;
  const colour = quiet ? "var(--control)" : "var(--chart-2)";
  return (
    <div role="img" aria-label={label} className="relative h-14 min-w-56">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full"
        aria-hidden="true"
        focusable="false"
      >
        {ticksOf(scale).map((tick) => (
          <line
            key={tick}
            x1={x(tick) * 10}
            x2={x(tick) * 10}
            y1="0"
            y2={HEIGHT}
            stroke={Math.abs(tick) < 1e-9 ? "var(--control)" : "var(--line)"}
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {versus && (
          <line
            x1={x(versus.low) * 10}
            x2={x(versus.high) * 10}
            y1={HEIGHT / 2}
            y2={HEIGHT / 2}
            stroke={colour}
            strokeWidth="2"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      <span
        aria-hidden="true"
        className="absolute top-1/2 size-2.5 -translate-x-1/2 -translate-y-1/2 rounded-full"
        style={
          versus
            ? { left: `${x(versus.difference)}%`, background: colour }
            : { left: `${x(0)}%`, background: "var(--canvas)", border: "2px solid var(--control)" }
        }
      />
    </div>
  );
}

/** The marks of the scale, in points. */
export function DifferenceScale({ scale }: { scale: Scale }) {
  const x = (share: number) => ((share - scale.low) / (scale.high - scale.low)) * 100;
  return (
    <span aria-hidden="true" className="num relative block h-4 min-w-56 font-normal">
      {ticksOf(scale).map((tick) => (
        <span key={tick} className="absolute -translate-x-1/2" style={{ left: `${x(tick)}%` }}>
          {points(tick)}
        </span>
      ))}
    </span>
  );
}
