import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";
import { Table, Td, Th } from "@/components/ui/table";
import { cx } from "@/lib/cx";
import { ChartFigure } from "./figure";
import { type Interval, type IntervalScale, isKnown, ticksOf } from "./interval-scale";

export interface IntervalRow {
  key: string;
  label: string;
  /** What it means, below the label. */
  note?: ReactNode;
  /** How many it was told from, as words. */
  count?: string;
  value: Interval;
  /** Another one's value on the same line, drawn hollow. */
  other?: Interval;
  /** Worth a look: said by a sign beside the label, and the line stands out. */
  flagged?: boolean;
}

interface IntervalChartProps {
  title: string;
  rows: IntervalRow[];
  scale: IntervalScale;
  /** The line that matters: zero, or what must be reached. */
  reference?: number;
  /** The figure with its interval, in words. */
  format: (value: Interval) => string;
  formatTick: (value: number) => string;
  /** What is drawn full and what hollow, where there are both. */
  names?: { value: string; other: string };
  /** Below the title: what zero is, in which unit. */
  caption?: ReactNode;
}

/** Label, line, numbers; below each other where the page is narrow. */
const ROW = "grid gap-x-5 gap-y-1 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_13.5rem]";

/** Points with their intervals on one scale, one line each. */
export function IntervalChart(props: IntervalChartProps) {
  const { title, rows, scale, reference, formatTick, names, caption } = props;
  return (
    <ChartFigure title={title} table={<IntervalTable {...props} />}>
      {caption && <p className="mb-2 max-w-[72ch] text-sm text-muted">{caption}</p>}
      {names && <Legend {...names} />}
      <div aria-hidden="true" className={cx(ROW, "max-sm:hidden")}>
        <span />
        <span className="num relative block h-4 text-xs text-faint">
          {ticksOf(scale).map((tick) => (
            <span
              key={tick}
              className="absolute -translate-x-1/2 whitespace-nowrap"
              style={{ left: `${place(tick, scale)}%` }}
            >
              {formatTick(tick)}
            </span>
          ))}
        </span>
        <span />
      </div>
      <ul>
        {rows.map((row) => (
          <li key={row.key} className={cx(ROW, "border-t border-line py-1.5")}>
            <p className={cx("flex min-w-0 items-start gap-1.5", row.flagged && "font-medium")}>
              {row.flagged && <Icon name="warning" size={14} className="mt-1 shrink-0 text-warn" />}
              <span className="min-w-0 break-words">
                {row.label}
                {row.flagged && <span className="sr-only"> (stands out)</span>}
              </span>
            </p>
            <Track row={row} scale={scale} reference={reference} />
            <Words row={row} {...props} />
            {row.note && <p className="max-w-[80ch] text-sm text-muted sm:col-span-3">{row.note}</p>}
          </li>
        ))}
      </ul>
    </ChartFigure>
  );
}

function Words({ row, format, names }: { row: IntervalRow } & IntervalChartProps) {
  return (
    <p className="num text-sm">
      {row.other && names ? (
        <>
          <span className="block">
            <span className="text-muted">{names.value}</span> {format(row.value)}
          </span>
          <span className="block">
            <span className="text-muted">{names.other}</span> {format(row.other)}
          </span>
        </>
      ) : (
        format(row.value)
      )}
      {row.count && <span className="block text-xs text-muted">{row.count}</span>}
    </p>
  );
}

const place = (value: number, { low, high }: IntervalScale) =>
  Math.min(100, Math.max(0, ((value - low) / (high - low || 1)) * 100));

/** One line; its numbers stand beside it in words. */
export function Track({
  row,
  scale,
  reference,
}: {
  row: Pick<IntervalRow, "value" | "other" | "flagged">;
  scale: IntervalScale;
  reference?: number;
}) {
  const both = row.other !== undefined;
  return (
    <div aria-hidden="true" className={cx("relative self-center", both ? "h-8" : "h-6")}>
      <span className="absolute inset-x-0 top-1/2 border-t border-line" />
      {reference !== undefined && (
        <span
          className="absolute inset-y-0 border-l border-control"
          style={{ left: `${place(reference, scale)}%` }}
        />
      )}
      {row.other && <Mark value={row.other} scale={scale} top="72%" hollow />}
      <Mark value={row.value} scale={scale} top={both ? "28%" : "50%"} warn={row.flagged} />
    </div>
  );
}

function Mark({
  value,
  scale,
  top,
  hollow = false,
  warn = false,
}: {
  value: Interval;
  scale: IntervalScale;
  top: string;
  hollow?: boolean;
  warn?: boolean;
}) {
  if (!isKnown(value)) return null;
  const colour = warn ? "var(--chart-4)" : hollow ? "var(--chart-1)" : "var(--chart-2)";
  const { low, high } = value;
  return (
    <>
      {low !== null && high !== null && (
        <span
          className="absolute h-0.5 -translate-y-1/2"
          style={{
            top,
            left: `${place(low, scale)}%`,
            width: `${place(high, scale) - place(low, scale)}%`,
            background: colour,
          }}
        />
      )}
      <span
        className="absolute size-2.5 -translate-x-1/2 -translate-y-1/2 rounded-full border-2"
        style={{
          top,
          left: `${place(value.estimate, scale)}%`,
          borderColor: colour,
          background: hollow ? "var(--canvas)" : colour,
        }}
      />
    </>
  );
}

function Legend({ value, other }: { value: string; other: string }) {
  return (
    <p className="mb-2 flex flex-wrap gap-x-5 text-sm text-muted">
      <span className="flex items-center gap-1.5">
        <span
          aria-hidden="true"
          className="size-2.5 rounded-full border-2 border-(--chart-2) bg-(--chart-2)"
        />
        {value}
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className="size-2.5 rounded-full border-2 border-(--chart-1)" />
        {other}
      </span>
    </p>
  );
}

function IntervalTable({ title, rows, format, names }: IntervalChartProps) {
  const counted = rows.some((row) => row.count);
  return (
    <Table caption={title}>
      <thead>
        <tr>
          <Th>{title}</Th>
          <Th numeric>{names?.value ?? "Estimate (95 % interval)"}</Th>
          {names && <Th numeric>{names.other}</Th>}
          {counted && <Th numeric>Told from</Th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <Td>
              {row.label}
              {row.flagged && <span className="ms-2 text-sm text-warn">stands out</span>}
            </Td>
            <Td numeric>{format(row.value)}</Td>
            {names && <Td numeric>{row.other ? format(row.other) : ""}</Td>}
            {counted && <Td numeric>{row.count}</Td>}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
