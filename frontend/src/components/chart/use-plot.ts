import { type RefObject, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useShownTheme } from "@/lib/theme";

/** The value of a design token now, for canvases, which cannot read CSS variables. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || "#888";
}

export function chartFont(): string {
  return '11px "Inter Variable", sans-serif';
}

/** Axes in the quiet style of the pages. */
export function quietAxis(over: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: token("fg-muted"),
    font: chartFont(),
    grid: { stroke: token("line"), width: 1 },
    ticks: { stroke: token("line"), width: 1, size: 4 },
    ...over,
  };
}

/**
 * Keeps a uPlot in `host`: rebuilt when `make`'s inputs (`shape`) or the theme change, given new `data`
 * in place otherwise, and as wide as its host.
 */
export function usePlot(
  host: RefObject<HTMLDivElement | null>,
  make: () => Omit<uPlot.Options, "width" | "height">,
  data: uPlot.AlignedData,
  height: number,
  shape: string,
): RefObject<uPlot | null> {
  const theme = useShownTheme();
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ make, data });
  useEffect(() => {
    latest.current = { make, data };
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` changes the colours and `shape` the options that make() reads.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = new uPlot(
      { ...latest.current.make(), width: Math.max(120, element.clientWidth), height },
      latest.current.data,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: Math.max(120, element.clientWidth), height }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme, shape, height, host]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  return plot;
}
