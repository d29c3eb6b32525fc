/** A figure and its interval; null where there is nothing to tell it from. */
export interface Interval {
  estimate: number | null;
  low: number | null;
  high: number | null;
}

export interface IntervalScale {
  low: number;
  high: number;
}

export const isKnown = (value: Interval): value is Interval & { estimate: number } =>
  value.estimate !== null && Number.isFinite(value.estimate);

/** From 0 to 1, whatever lies there. */
export const SHARES: IntervalScale = { low: 0, high: 1 };

/** As wide as the farthest bound, the same on both sides of zero, so that lengths compare. */
export function aroundZero(values: Interval[], fewest = 0.1): IntervalScale {
  const bounds = values.flatMap(({ estimate, low, high }) => [estimate, low, high]);
  const far = Math.max(
    fewest,
    ...bounds.map((each) => (each === null || !Number.isFinite(each) ? 0 : Math.abs(each))),
  );
  const step = stepOf(far);
  const edge = Math.ceil(far / step - 1e-9) * step;
  return { low: -edge, high: edge };
}

/** Up to five round marks: the ends, the middle and what lies between. */
export function ticksOf({ low, high }: IntervalScale): number[] {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => low + (high - low) * share);
}

/** A round step of which a span has two to five. */
function stepOf(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span));
  const lead = span / power;
  return lead <= 2 ? power / 2 : lead <= 5 ? power : power * 2;
}
