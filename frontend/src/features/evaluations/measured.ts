import type { Interval } from "@/components/chart";
import { formatNumber, formatPercent } from "@/lib/format";

/** A number of an evaluation with its 95 % interval, as the server tells it. */
export interface Measured {
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
}

export interface Named extends Measured {
  name: string;
}

type Facts = Record<string, unknown>;

export const factsOf = (given: unknown): Facts =>
  typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Facts) : {};

export const listOf = (given: unknown): Facts[] => (Array.isArray(given) ? given.map(factsOf) : []);

export const numberOf = (given: unknown): number | null => (typeof given === "number" ? given : null);

export const textOf = (given: unknown): string => (typeof given === "string" ? given : "");

export function measuredOf(given: unknown): Measured | null {
  const facts = factsOf(given);
  if (!("value" in facts)) return null;
  return {
    value: numberOf(facts.value),
    low: numberOf(facts.low),
    high: numberOf(facts.high),
    n: numberOf(facts.n) ?? 0,
  };
}

/** Entries of a list that carry a name and a number; an unnamed one is the whole set. */
export const namedOf = (given: unknown, unnamed = "All"): Named[] =>
  listOf(given).flatMap((facts) => {
    const measured = measuredOf(facts);
    return measured ? [{ ...measured, name: textOf(facts.name) || unnamed }] : [];
  });

export const intervalOf = ({ value, low, high }: Measured): Interval => ({ estimate: value, low, high });

const said = (value: number, asShare: boolean) => (asShare ? formatPercent(value, 1) : formatNumber(value));

/** The number and its bounds in words. */
export function intervalWords({ estimate, low, high }: Interval, asShare = true): string {
  if (estimate === null) return "not measured";
  if (low === null || high === null) return said(estimate, asShare);
  return `${said(estimate, asShare)} (${said(low, asShare)} to ${said(high, asShare)})`;
}

export const boundsWords = ({ low, high }: Measured, asShare = true): string | undefined =>
  low === null || high === null ? undefined : `${said(low, asShare)} to ${said(high, asShare)}`;
