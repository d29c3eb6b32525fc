import { type KeyboardEvent, useId, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { formatNumber } from "@/lib/format";
import { type Cut, type Cuts, stepOf, tidy } from "./cuts";

/** Where the plot's own area lies in its host, in CSS pixels. */
export interface PlotBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

interface Props {
  title: string;
  cuts: Cuts;
  low: number;
  high: number;
}

const ordered = ({ lower, upper }: Cuts): Cut[] => [lower, upper].filter((cut) => cut !== undefined);

/** A handle on each bound: dragged by mouse or finger, moved by arrow keys. */
export function CutHandles({ title, cuts, low, high, box }: Props & { box: PlotBox }) {
  return ordered(cuts).map((cut) => (
    <Handle key={cut.side} title={title} cut={cut} low={low} high={high} box={box} />
  ));
}

function Handle({ title, cut, low, high, box }: Omit<Props, "cuts"> & { cut: Cut; box: PlotBox }) {
  const own = useRef<HTMLDivElement>(null);
  const at = cut.value ?? (cut.side === "lower" ? low : high);
  const within = Math.min(high, Math.max(low, at));
  const set = (value: number) => cut.onChange(tidy(Math.min(high, Math.max(low, value)), low, high));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = stepOf(low, high) * (event.shiftKey ? 10 : 1);
    const moves: Record<string, number> = {
      ArrowLeft: at - step,
      ArrowDown: at - step,
      ArrowRight: at + step,
      ArrowUp: at + step,
      PageDown: at - 10 * step,
      PageUp: at + 10 * step,
      Home: low,
      End: high,
    };
    const value = moves[event.key];
    if (value !== undefined) set(value);
    else if ((event.key === "Delete" || event.key === "Backspace") && cut.optional) cut.onChange(null);
    else return;
    event.preventDefault();
  };
  const valueAt = (x: number) => {
    const host = own.current?.parentElement?.getBoundingClientRect();
    return low + ((x - (host?.left ?? 0) - box.left) / Math.max(1, box.width)) * (high - low);
  };
  return (
    <div
      ref={own}
      role="slider"
      tabIndex={0}
      aria-label={`${title}: ${cut.label.toLowerCase()}`}
      aria-orientation="horizontal"
      aria-valuemin={low}
      aria-valuemax={high}
      aria-valuenow={within}
      aria-valuetext={cut.value === null ? "no bound" : formatNumber(cut.value)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) set(valueAt(event.clientX));
      }}
      className="absolute w-6 -translate-x-1/2 cursor-ew-resize touch-none"
      style={{
        left: box.left + ((within - low) / (high - low || 1)) * box.width,
        top: box.top - 4,
        height: box.height + 4,
      }}
    >
      <span
        aria-hidden="true"
        className={cx(
          "absolute top-0 left-1/2 h-3.5 w-2.5 -translate-x-1/2 rounded-sm border",
          cut.value === null ? "border-control bg-canvas" : "border-accent bg-accent",
        )}
      />
    </div>
  );
}

/** The same bounds as numbers to type. */
export function CutInputs({ title, cuts, low, high }: Props) {
  return (
    <div className="mt-1 flex flex-wrap gap-x-5 gap-y-1 pl-[52px] text-sm">
      {ordered(cuts).map((cut) => (
        <CutInput key={cut.side} title={title} cut={cut} step={stepOf(low, high)} />
      ))}
    </div>
  );
}

function CutInput({ title, cut, step }: { title: string; cut: Cut; step: number }) {
  const id = useId();
  const [text, setText] = useState(textOf(cut.value));
  const [seen, setSeen] = useState(cut.value);
  if (seen !== cut.value) {
    setSeen(cut.value);
    if (numberOf(text) !== cut.value) setText(textOf(cut.value));
  }
  return (
    <div className="flex items-center gap-2">
      <label htmlFor={id} className="text-muted">
        {cut.side === "lower" ? "From" : "To"}
        <span className="sr-only">
          {" "}
          ({cut.label.toLowerCase()} of {title})
        </span>
      </label>
      <input
        id={id}
        type="number"
        step={step}
        value={text}
        placeholder={cut.optional ? "none" : undefined}
        onChange={(event) => {
          setText(event.target.value);
          const value = numberOf(event.target.value);
          if (value !== null || cut.optional) cut.onChange(value);
        }}
        className="num h-7 w-24 rounded-md border border-control bg-canvas px-2 text-fg hover:border-fg-muted"
      />
    </div>
  );
}

const textOf = (value: number | null) => (value === null ? "" : String(value));

function numberOf(text: string): number | null {
  const value = Number(text);
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}
