import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { Table, Td, Th } from "@/components/ui/table";
import { formatCount, formatNumber, formatPercent } from "@/lib/format";
import { type Cut, type Cuts, cutAt, tidy } from "./cuts";
import { ChartFigure } from "./figure";
import { CutHandles, CutInputs, type PlotBox } from "./thresholds";
import { quietAxis, token, usePlot } from "./use-plot";

interface HistogramProps {
  title: string;
  /** n + 1 edges for n counts. */
  edges: number[];
  counts: number[];
  height?: number;
  xLabel?: string;
  /** Movable bounds; what lies outside them is greyed. Each has a handle for mouse and arrow keys, and a number. */
  cuts?: Cuts;
  /** Click on a bar, with the bar's range. */
  onBarClick?: (low: number, high: number) => void;
}

export function Histogram({
  title,
  edges,
  counts,
  height = 160,
  xLabel = "Value",
  cuts,
  onBarClick,
}: HistogramProps) {
  const host = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<PlotBox | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const total = useMemo(() => counts.reduce((sum, count) => sum + count, 0), [counts]);
  // Each bar is a step from edge to edge; a last point closes the last bar.
  const data = useMemo<uPlot.AlignedData>(() => [edges, [...counts, counts.at(-1) ?? 0]], [edges, counts]);
  const low = edges[0] ?? 0;
  const high = edges.at(-1) ?? 1;
  const latest = useRef({ cuts, onBarClick });
  useEffect(() => {
    latest.current = { cuts, onBarClick };
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
        draw: [
          (made) => {
            drawCuts(made, latest.current.cuts);
            setBox((before) => sameBox(before, boxOf(made)));
          },
        ],
        ready: [
          (made) =>
            onPointer(
              made,
              (value) => cutAt(latest.current.cuts, value, low, high),
              (cut, value) => cut.onChange(tidy(value, low, high)),
              (value) => clickBar(edges, value, latest.current.onBarClick),
            ),
        ],
      },
    }),
    data,
    height,
    JSON.stringify(edges),
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the lines are drawn from `latest`; their move asks for a redraw.
  useEffect(() => {
    plot.current?.redraw();
  }, [cuts?.lower?.value, cuts?.upper?.value]);

  return (
    <ChartFigure
      title={title}
      readout={hovered !== null && hovered < counts.length && readoutOf(edges, counts, hovered, total)}
      table={<HistogramTable title={title} xLabel={xLabel} edges={edges} counts={counts} total={total} />}
    >
      <div className="relative">
        <div ref={host} role="img" aria-label={`Histogram: ${title}. The table shows the numbers.`} />
        {cuts && box && <CutHandles title={title} cuts={cuts} low={low} high={high} box={box} />}
      </div>
      {cuts && <CutInputs title={title} cuts={cuts} low={low} high={high} />}
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

function boxOf(plot: uPlot): PlotBox {
  const { left, top, width, height } = plot.bbox;
  return {
    left: left / devicePixelRatio,
    top: top / devicePixelRatio,
    width: width / devicePixelRatio,
    height: height / devicePixelRatio,
  };
}

function sameBox(before: PlotBox | null, now: PlotBox): PlotBox {
  const same =
    before?.left === now.left &&
    before.top === now.top &&
    before.width === now.width &&
    before.height === now.height;
  return same ? before : now;
}

function drawCuts(plot: uPlot, cuts: Cuts | undefined): void {
  const { ctx, bbox } = plot;
  const end = bbox.left + bbox.width;
  const place = (cut: Cut | undefined) =>
    typeof cut?.value === "number"
      ? Math.min(end, Math.max(bbox.left, Math.round(plot.valToPos(cut.value, "x", true))))
      : null;
  const [from, to] = [place(cuts?.lower), place(cuts?.upper)];
  ctx.save();
  ctx.fillStyle = token("canvas");
  ctx.globalAlpha = 0.7;
  if (from !== null) ctx.fillRect(bbox.left, bbox.top, from - bbox.left, bbox.height);
  if (to !== null) ctx.fillRect(to, bbox.top, end - to, bbox.height);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = token("accent");
  ctx.lineWidth = 2 * devicePixelRatio;
  for (const at of [from, to]) {
    if (at === null) continue;
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function onPointer(
  plot: uPlot,
  grab: (value: number) => Cut | null,
  onMove: (cut: Cut, value: number) => void,
  onClick: (value: number) => void,
): void {
  // The side grabbed stays grabbed, also where it is dragged past the other one.
  let side: Cut["side"] | null = null;
  const valueAt = (event: PointerEvent) => {
    const box = plot.over.getBoundingClientRect();
    return plot.posToVal(Math.min(Math.max(0, event.clientX - box.left), box.width), "x");
  };
  plot.over.addEventListener("pointerdown", (event) => {
    const cut = grab(valueAt(event));
    if (!cut) return;
    plot.over.setPointerCapture(event.pointerId);
    side = cut.side;
    onMove(cut, valueAt(event));
  });
  plot.over.addEventListener("pointermove", (event) => {
    if (!side || !plot.over.hasPointerCapture(event.pointerId)) return;
    const cut = grab(side === "lower" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    if (cut) onMove(cut, valueAt(event));
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
