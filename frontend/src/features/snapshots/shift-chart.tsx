import { useState } from "react";
import { ChartFigure } from "@/components/chart/figure";
import { Table, Td, Th } from "@/components/ui";
import type { DistributionShift } from "@/lib/api/types";
import { formatCount, formatNumber, formatPercent } from "@/lib/format";
import { movedShare, shares } from "./difference";

const WIDTH = 400;
const HEIGHT = 96;

/** One distribution of two snapshots as shares of their pairs: filled is now, the line is before. */
export function ShiftChart({ shift }: { shift: DistributionShift }) {
  const [bin, setBin] = useState<number | null>(null);
  const { edges, before, after } = shift;
  const [old, now] = [shares(before), shares(after)];
  const top = Math.max(...old, ...now, 1e-9);
  const width = WIDTH / Math.max(1, now.length);
  const y = (share: number) => HEIGHT - (share / top) * (HEIGHT - 2);
  // Each bar is a step from edge to edge.
  const outline = old
    .map((share, at) => `${at ? "L" : "M"}${at * width} ${y(share)}H${(at + 1) * width}`)
    .join("");
  const moved = movedShare(before, after);
  const readout =
    bin === null
      ? moved < 0.0005
        ? "the same"
        : `${formatPercent(moved, moved < 0.1 ? 1 : 0)} of the pairs lie elsewhere`
      : `${rangeOf(edges, bin)}: ${formatPercent(old[bin], 1)} → ${formatPercent(now[bin], 1)}`;
  return (
    <ChartFigure title={shift.title} readout={readout} table={<ShiftTable shift={shift} />}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-24 w-full border-b border-line"
        role="img"
        aria-label={`${shift.title}: before and now. The table shows the numbers.`}
        onMouseLeave={() => setBin(null)}
        onMouseMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const at = Math.floor(((event.clientX - box.left) / box.width) * now.length);
          setBin(Math.min(now.length - 1, Math.max(0, at)));
        }}
      >
        {now.map((share, at) => (
          <rect
            key={edges[at]}
            x={at * width + 0.5}
            width={width - 1}
            y={y(share)}
            height={HEIGHT - y(share)}
            fill="var(--chart-2)"
            opacity={bin === null || bin === at ? 0.45 : 0.25}
          />
        ))}
        <path
          d={outline}
          fill="none"
          stroke="var(--chart-1)"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <p className="num flex justify-between text-xs text-muted">
        <span>{formatNumber(edges[0])}</span>
        <span>{formatNumber(edges.at(-1))}</span>
      </p>
    </ChartFigure>
  );
}

export function ShiftLegend() {
  return (
    <p className="flex flex-wrap gap-x-5 text-sm text-muted">
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className="inline-block h-3 w-4 bg-(--chart-2) opacity-45" /> now
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className="inline-block w-4 border-t-2 border-(--chart-1)" /> before
      </span>
      <span>Each as a share of its own pairs; the last bars take what lies beyond.</span>
    </p>
  );
}

const rangeOf = (edges: number[], bin: number) =>
  `${formatNumber(edges[bin])} to ${formatNumber(edges[bin + 1])}`;

function ShiftTable({ shift: { title, edges, before, after } }: { shift: DistributionShift }) {
  const [old, now] = [shares(before), shares(after)];
  return (
    <Table caption={`${title}, before and now`}>
      <thead>
        <tr>
          <Th>Value</Th>
          <Th numeric>Before</Th>
          <Th numeric>Now</Th>
          <Th numeric>Share before</Th>
          <Th numeric>Share now</Th>
        </tr>
      </thead>
      <tbody>
        {after.map((count, bin) => (
          <tr key={edges[bin]}>
            <Td className="num">{rangeOf(edges, bin)}</Td>
            <Td numeric>{formatCount(before[bin])}</Td>
            <Td numeric>{formatCount(count)}</Td>
            <Td numeric>{formatPercent(old[bin], 1)}</Td>
            <Td numeric>{formatPercent(now[bin], 1)}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
