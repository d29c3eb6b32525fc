import { useMemo, useRef, useState } from "react";
import type uPlot from "uplot";
import { Table, Td, Th } from "@/components/ui/table";
import { formatNumber } from "@/lib/format";
import { ChartFigure } from "./figure";
import { quietAxis, token, usePlot } from "./use-plot";

export interface LineSeries {
  label: string;
  values: (number | null)[];
  dashed?: boolean;
  /** Bounds of each value: it is drawn as a point with its interval. */
  low?: (number | null)[];
  high?: (number | null)[];
}

interface LineChartProps {
  title: string;
  x: number[];
  xLabel: string;
  series: LineSeries[];
  height?: number;
  format?: (value: number | null) => string;
  /** Draws a line at zero, where the sign of the value matters. */
  zeroLine?: boolean;
  /** What both axes span, where that is known beforehand. */
  range?: { x: [number, number]; y: [number, number] };
}

const COLOURS = ["chart-2", "chart-1", "chart-3", "chart-4"];

/** One idea per chart; the legend doubles as hover readout and shows the newest values otherwise. */
export function LineChart({
  title,
  x,
  xLabel,
  series,
  height = 200,
  format = formatNumber,
  zeroLine = false,
  range,
}: LineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const data = useMemo<uPlot.AlignedData>(() => [x, ...series.map((each) => each.values)], [x, series]);
  const shape = JSON.stringify([
    series.map((each) => [each.label, each.dashed, each.low, each.high]),
    zeroLine,
    range,
  ]);

  usePlot(
    host,
    () => ({
      legend: { show: false },
      cursor: { y: false, points: { size: 6 } },
      scales: { x: { time: false, range: range?.x }, ...(range && { y: { range: range.y } }) },
      axes: [
        quietAxis({
          size: 28,
          grid: { show: false },
          values: (_plot, values) => values.map((each) => formatNumber(each)),
        }),
        quietAxis({ size: 56, values: (_plot, values) => values.map((each) => formatNumber(each)) }),
      ],
      series: [
        {},
        ...series.map((each, index) => ({
          label: each.label,
          stroke: token(COLOURS[index % COLOURS.length] ?? "chart-1"),
          width: 1.5,
          dash: each.dashed ? [4, 4] : undefined,
          spanGaps: true,
          points: { show: each.low !== undefined, size: 6 },
        })),
      ],
      hooks: {
        setCursor: [(plot) => setHovered(plot.cursor.idx ?? null)],
        drawAxes: [(plot) => zeroLine && drawZero(plot)],
        draw: [(plot) => drawIntervals(plot, series)],
      },
    }),
    data,
    height,
    shape,
  );

  const at = hovered ?? x.length - 1;
  return (
    <ChartFigure
      title={title}
      readout={x.length > 0 && `${xLabel} ${formatNumber(x[at] ?? 0)}`}
      table={<LineTable title={title} x={x} xLabel={xLabel} series={series} format={format} />}
    >
      <ul className="mb-1 flex flex-wrap gap-x-4 text-sm">
        {series.map((each, index) => (
          <li key={each.label} className="flex items-center gap-1.5">
            <span
              aria-hidden="true"
              className="inline-block w-3 border-t-2"
              style={{
                borderColor: `var(--${COLOURS[index % COLOURS.length]})`,
                borderStyle: each.dashed ? "dashed" : "solid",
              }}
            />
            <span className="text-muted">{each.label}</span>
            <span className="num">{format(lastKnown(each.values, at))}</span>
          </li>
        ))}
      </ul>
      <div ref={host} role="img" aria-label={`Line chart: ${title}. The table shows the numbers.`} />
    </ChartFigure>
  );
}

function lastKnown(values: (number | null)[], at: number): number | null {
  for (let index = Math.min(at, values.length - 1); index >= 0; index -= 1) {
    const value = values[index];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

function drawZero(plot: uPlot): void {
  const { min, max } = plot.scales.y ?? {};
  if (min === undefined || max === undefined || min === null || max === null || min > 0 || max < 0) return;
  const y = Math.round(plot.valToPos(0, "y", true));
  plot.ctx.save();
  plot.ctx.strokeStyle = token("control");
  plot.ctx.lineWidth = devicePixelRatio;
  plot.ctx.beginPath();
  plot.ctx.moveTo(plot.bbox.left, y);
  plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
  plot.ctx.stroke();
  plot.ctx.restore();
}

function drawIntervals(plot: uPlot, series: LineSeries[]): void {
  for (const [index, each] of series.entries()) drawIntervalsOf(plot, each, index);
}

function drawIntervalsOf(plot: uPlot, { low, high }: LineSeries, index: number): void {
  if (!low || !high) return;
  plot.ctx.save();
  plot.ctx.strokeStyle = token(COLOURS[index % COLOURS.length] ?? "chart-1");
  plot.ctx.setLineDash([]);
  plot.ctx.lineWidth = 1.5 * devicePixelRatio;
  plot.ctx.beginPath();
  for (const [at, x] of (plot.data[0] ?? []).entries()) {
    const [from, to] = [low[at] ?? null, high[at] ?? null];
    if (from === null || to === null) continue;
    plot.ctx.moveTo(plot.valToPos(x, "x", true), plot.valToPos(from, "y", true));
    plot.ctx.lineTo(plot.valToPos(x, "x", true), plot.valToPos(to, "y", true));
  }
  plot.ctx.stroke();
  plot.ctx.restore();
}

function LineTable({
  title,
  x,
  xLabel,
  series,
  format,
}: Required<Pick<LineChartProps, "title" | "x" | "xLabel" | "series" | "format">>) {
  return (
    <Table caption={title}>
      <thead>
        <tr>
          <Th numeric>{xLabel}</Th>
          {series.map((each) => (
            <Th key={each.label} numeric>
              {each.label}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {x.map((value, index) => (
          <tr key={value}>
            <Td numeric>{formatNumber(value)}</Td>
            {series.map((each) => (
              <Td key={each.label} numeric>
                {format(each.values[index] ?? null)}
                {each.low && each.high && (
                  <span className="text-muted">
                    {` (${format(each.low[index] ?? null)} to ${format(each.high[index] ?? null)})`}
                  </span>
                )}
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
