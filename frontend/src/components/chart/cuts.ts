/** One bound of a distribution: null is no bound. */
export interface Cut {
  side: "lower" | "upper";
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
  /** Whether it can be taken away; else emptying its number does nothing. */
  optional?: boolean;
}

export interface Cuts {
  lower?: Cut;
  upper?: Cut;
}

/** The bound that a press at `value` moves: the nearer one; of two that are equally near, the one on its side. */
export function cutAt(cuts: Cuts | undefined, value: number, low: number, high: number): Cut | null {
  const { lower, upper } = cuts ?? {};
  if (!lower || !upper) return lower ?? upper ?? null;
  if (value === Number.NEGATIVE_INFINITY) return lower;
  if (value === Number.POSITIVE_INFINITY) return upper;
  const fromLower = Math.abs(value - (lower.value ?? low));
  const fromUpper = Math.abs(value - (upper.value ?? high));
  if (fromLower === fromUpper) return value <= (lower.value ?? low) ? lower : upper;
  return fromLower < fromUpper ? lower : upper;
}

/** As many decimals as a thousandth of the range has, so that a dragged bound reads well. */
export function tidy(value: number, low: number, high: number): number {
  const span = Math.abs(high - low) || 1;
  const decimals = Math.max(0, Math.min(12, 3 - Math.ceil(Math.log10(span))));
  return Number(value.toFixed(decimals));
}

/** One press of an arrow key: a hundredth of the range, and always at least what `tidy` can show. */
export function stepOf(low: number, high: number): number {
  return tidy((high - low) / 100, low, high) || (high - low) / 100 || 0.01;
}
