import type { Signal } from "@/lib/api/types";
import { numbersOf, valuesOf } from "@/lib/signal-values";

const WIDTH = 96;
const HEIGHT = 24;
const GAP = 0.5;

/** A distribution as small as a word. Its numbers stand beside it and in the signal's details. */
export function Spark({ signal }: { signal: Signal }) {
  const counts = barsOf(signal);
  if (counts.length === 0) return null;
  const top = Math.max(...counts, 1);
  const width = WIDTH / counts.length;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
      focusable="false"
      className="shrink-0 border-b border-line"
    >
      {counts.map((count, at) => {
        // Whatever occurs is seen, however rare.
        const height = count === 0 ? 0 : Math.max(1, (count / top) * HEIGHT);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: bars have no name and never move.
            key={at}
            x={at * width + GAP / 2}
            width={Math.max(0.5, width - GAP)}
            y={HEIGHT - height}
            height={height}
            fill="var(--chart-1)"
            opacity={0.7}
          />
        );
      })}
    </svg>
  );
}

/** The bars of the first number, else of the first column's most common values. */
function barsOf(signal: Signal): number[] {
  const number = signal.columns.find((column) => column.type === "number");
  if (number) return numbersOf(signal, number)?.histogram.counts ?? [];
  const first = signal.columns[0];
  return (first && valuesOf(signal, first)?.values.map((each) => each.count)) ?? [];
}
