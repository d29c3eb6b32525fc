import { formatPercent } from "@/lib/format";
import type { Evaluation } from "./api";

type Facts = Record<string, unknown>;

/** The one number an evaluation is known by, with its interval in words; null where it has none. */
export function headlineOf({
  state,
  kind,
  metrics,
}: Pick<Evaluation, "state" | "kind" | "metrics">): string | null {
  if (state !== "succeeded") return null;
  const given = (kind === "invariance" ? metrics.accuracy : metrics.overall) as Facts | undefined;
  if (typeof given?.value !== "number") return null;
  const { value, low, high } = given;
  if (typeof low !== "number" || typeof high !== "number") return formatPercent(value, 1);
  return `${formatPercent(value, 1)} (${formatPercent(low, 1)} to ${formatPercent(high, 1)})`;
}
