import { useEffect, useId, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { Table, Td, Th } from "@/components/ui/table";
import { formatCount, formatNumber, formatPercent } from "@/lib/format";
import { ChartFigure } from "./figure";
import { quietAxis, token, usePlot } from "./use-plot";

interface HistogramProps {
  title: string;
  /** n + 1 edges for n counts. */
  edges: number[];
  counts: number[];
  height?: number;
  xLabel?: string;
  /** A movable line; what lies below it is greyed. Comes with a slider for the keyboard. */
  threshold?: number | null;
  onThresholdChange?: (value: number) => void;
  thresholdLabel?: string;
  /** Click on a bar, with the bar's range. */
  onBarClick?: (low: number, high: number) => void;
}

export function Histogram({
  title,
  edges,
  counts,
  height = 160,
  xLabel = "Value",
  threshold = null,
  onThresholdChange,
  thresholdLabel = "Threshold",
  onBarClick,
}: HistogramProps) {
  const host = useRef<HTMLDivElement>(null);
  const sliderId = useId();
  const [hovered, setHovered] = useState<number | null>(null);
  const total = useMemo(() => counts.reduce((sum, count) => sum + count, 0), [counts]);
  // Each bar is a step from edge to edge; a last point closes the last bar.
  const data = useMemo<uPlot.AlignedData>(() => [edges, [...counts, counts.at(-1) ?? 0]], [edges, counts]);
  const low = edges[0] ?? 0;
  const high = edges.at(-1) ?? 1;
  const latest = useRef({ threshold, onThresholdChange, onBarClick });
  useEffect(() => {
    latest.current = { threshold, onThresholdChange, onBarClick };
  });

  const plot = usePlot(
    host,
    () => ({
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: [low, high] },
        y: { range: (_plot, _min, max) => [0, Math.max(1, max)] },
      },
      axes: [
        quietAxis({
          size: 28,
          grid: { show: false },
          values: (_plot, values) => values.map((each) => formatNumber(each)),
        }),
        quietAxis({ size: 52, values: (_plot, values) => values.map((each) => formatCount(each)) }),
      ],
      series: [
        {},
        {
          paths: uPlot.paths.stepped?.({ align: 1 }),
          stroke: token("chart-1"),
          fill: `color-mix(in srgb, ${token("chart-1")} 25%, transparent)`,
          width: 1,
          points: { show: false },
        },
      ],
      hooks: {
        setCursor: [(made) => setHovered(binAt(edges, made))],
        draw: [(made) => drawThreshold(made, latest.current.threshold)],
        ready: [
          (made) =>
            onPointer(
              made,
              (value) => latest.current.onThresholdChange?.(value),
              (value) => clickBar(edges, value, latest.current.onBarClick),
            ),
        ],
      },
    }),
    data,
    height,
    JSON.stringify(edges),
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the line is drawn from `latest`; its move asks for a redraw.
  useEffect(() => {
    plot.current?.redraw();
  }, [threshold]);

  return (
    <ChartFigure
      title={title}
      readout={hovered !== null && hovered < counts.length && readoutOf(edges, counts, hovered, total)}
      table={<HistogramTable title={title} xLabel={xLabel} edges={edges} counts={counts} total={total} />}
    >
      <div ref={host} role="img" aria-label={`Histogram: ${title}. The table shows the numbers.`} />
      {onThresholdChange && (
        <div className="flex items-center gap-2 pl-[52px] text-sm">
          <label htmlFor={sliderId} className="text-muted">
            {thresholdLabel}
          </label>
          <input
            id={sliderId}
            type="range"
            min={low}
            max={high}
            step={(high - low) / 200 || 0.01}
            value={threshold ?? low}
            onChange={(event) => onThresholdChange(Number(event.target.value))}
            className="min-w-0 flex-1 accent-[var(--accent)]"
          />
          <output htmlFor={sliderId} className="num w-14 text-right">
            {formatNumber(threshold)}
          </output>
        </div>
      )}
    </ChartFigure>
  );
}

function clickBar(edges: number[], value: number, onBarClick: HistogramProps["onBarClick"]): void {
  const bin = edges.findIndex((edge, index) => value >= edge && value < (edges[index + 1] ?? edge));
  const [from, to] = [edges[bin], edges[bin + 1]];
  if (from !== undefined && to !== undefined) onBarClick?.(from, to);
}

function readoutOf(edges: number[], counts: number[], bin: number, total: number): string {
  const count = counts[bin] ?? 0;
  return `${formatNumber(edges[bin])} to ${formatNumber(edges[bin + 1])}: ${formatCount(count)} (${formatPercent(total ? count / total : 0)})`;
}

function binAt(edges: number[], plot: uPlot): number | null {
  const left = plot.cursor.left ?? -1;
  if (left < 0) return null;
  const value = plot.posToVal(left, "x");
  const bin = edges.findIndex(
    (edge, index) => index < edges.length - 1 && value >= edge && value < (edges[index + 1] ?? 0),
  );
  return bin === -1 ? null : bin;
}

function drawThreshold(plot: uPlot, value: number | null): void {
  if (value === null) return;
  const { ctx, bbox } = plot;
  const at = Math.round(plot.valToPos(value, "x", true));
  ctx.save();
  ctx.fillStyle = token("canvas");
  ctx.globalAlpha = 0.7;
  ctx.fillRect(bbox.left, bbox.top, Math.max(0, at - bbox.left), bbox.height);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = token("accent");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(at, bbox.top);
  ctx.lineTo(at, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

function onPointer(plot: uPlot, onMove: (value: number) => void, onClick: (value: number) => void): void {
  const valueAt = (event: PointerEvent) => {
    const box = plot.over.getBoundingClientRect();
    return plot.posToVal(Math.min(Math.max(0, event.clientX - box.left), box.width), "x");
  };
  plot.over.addEventListener("pointerdown", (event) => {
    plot.over.setPointerCapture(event.pointerId);
    onMove(valueAt(event));
  });
  plot.over.addEventListener("pointermove", (event) => {
    if (plot.over.hasPointerCapture(event.pointerId)) onMove(valueAt(event));
  });
  plot.over.addEventListener("click", (event) => onClick(valueAt(event as PointerEvent)));
}

function HistogramTable({
  title,
  xLabel,
  edges,
  counts,
  total,
}: {
  title: string;
  xLabel: string;
  edges: number[];
  counts: number[];
  total: number;
}) {
  return (
    <Table caption={title}>
      <thead>
        <tr>
          <Th>{xLabel}</Th>
          <Th numeric>Count</Th>
          <Th numeric>Share</Th>
        </tr>
      </thead>
      <tbody>
        {counts.map((count, index) => (
          <tr key={edges[index]}>
            <Td className="num">
              {formatNumber(edges[index])} to {formatNumber(edges[index + 1])}
            </Td>
            <Td numeric>{formatCount(count)}</Td>
            <Td numeric>{formatPercent(total ? count / total : 0, 1)}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
