import type { PairLineage, PairRow, Signal } from "@/lib/api/types";
import { formatNumber, humanize, NONE } from "@/lib/format";
import { reasonWords } from "@/lib/recipes/words";

type LineageLabel = PairLineage["labels"][number];
type LineageStep = PairLineage["steps"][number];
type LineageSignal = PairLineage["signals"][number];

export type Stance = "agrees" | "against" | "tie" | "both bad" | "no side";

/** Where a label stands to the pair as the snapshot holds it. */
export function stanceOf(label: LineageLabel): Stance {
  if (label.outcome === "both_bad") return "both bad";
  if (label.outcome === "tie" || label.towards_chosen === 0) return "tie";
  if (label.towards_chosen === null) return "no side";
  return label.towards_chosen > 0 ? "agrees" : "against";
}

const DEGREES = ["", "slightly ", "clearly ", "much "];

/** "Chosen is clearly better". */
export function labelWords(label: LineageLabel): string {
  const degree = DEGREES[Math.min(3, Math.round(Math.abs(label.towards_chosen ?? 0)))];
  switch (stanceOf(label)) {
    case "agrees":
      return `Chosen is ${degree}better`;
    case "against":
      return `Rejected is ${degree}better`;
    case "tie":
      return "Both are equally good";
    case "both bad":
      return "Both are bad";
    case "no side":
      return `Said ${humanize(label.outcome)}; the pair has no better side`;
  }
}

const SOURCES: Record<string, string> = {
  human: "a person",
  imported: "the import",
  judge: "a judge",
  adjudicated: "adjudication",
};

export function labelSource(label: LineageLabel): string {
  const by = SOURCES[label.label_source] ?? humanize(label.label_source);
  return [
    label.annotator ? `${label.annotator}, ${by}` : by,
    label.aspect && `on ${humanize(label.aspect)}`,
    label.origin && label.judge === null && `from ${label.origin}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** "3 agree, 1 against, 1 tie". */
export function stanceCounts(labels: LineageLabel[]): string {
  const words: [Stance, string, string][] = [
    ["agrees", "agrees", "agree"],
    ["against", "against", "against"],
    ["tie", "tie", "ties"],
    ["both bad", "both bad", "both bad"],
    ["no side", "without a side", "without a side"],
  ];
  return words
    .map(([stance, one, more]) => {
      const count = labels.filter((label) => stanceOf(label) === stance).length;
      return count > 0 && `${count} ${count === 1 ? one : more}`;
    })
    .filter(Boolean)
    .join(", ");
}

/** What a step said about the pair, as a sentence of its own. */
export function saidWords(step: LineageStep): string {
  const why = step.reason ? `: ${reasonWords(step.reason)}` : "";
  switch (step.said) {
    case "kept":
      return "Kept";
    case "drop":
      return `Dropped${why}`;
    case "review":
      return `Set aside for review${why}`;
    default:
      return "Not reached";
  }
}

/** What was done to a pair that is kept: "label flipped", "soft label .8", "weight .5". */
export function treatments(pair: PairRow): string[] {
  return [
    pair.flipped && "label flipped",
    pair.soft_label !== 1 && `soft label ${formatNumber(pair.soft_label)}`,
    pair.weight !== 1 && `weight ${formatNumber(pair.weight)}`,
  ].filter((each) => typeof each === "string");
}

/** What a snapshot decided about a pair, in a line; null where it never saw it. */
export function decisionWords(pair: PairRow | null): string {
  if (!pair) return "Not among its pairs";
  const why = pair.reason ? `: ${reasonWords(pair.reason)}` : "";
  if (pair.decision === "drop") return `Dropped${why}`;
  if (pair.decision === "review") return `Set aside for review${why}`;
  return ["Kept", pair.split && `for ${pair.split === "test" ? "testing" : "training"}`, ...treatments(pair)]
    .filter(Boolean)
    .join(", ");
}

export interface SignalValue {
  /** Which side it is about; null for the whole pair or prompt. */
  side: "Chosen" | "Rejected" | null;
  /** Why there is no value. */
  missing: string | null;
  columns: { name: string; title: string; value: string }[];
}

/** A signal's values for a pair: chosen first. */
export function signalValues(
  signal: LineageSignal,
  pair: Pick<PairRow, "chosen" | "rejected">,
  known: Signal | undefined,
): SignalValue[] {
  const side = (response: string | null): SignalValue["side"] =>
    response === pair.chosen.response_id
      ? "Chosen"
      : response === pair.rejected.response_id
        ? "Rejected"
        : null;
  return signal.values
    .map((value) => ({
      side: side(value.response_id),
      missing: value.state === "ok" ? null : value.reason ? humanize(value.reason) : humanize(value.state),
      columns: Object.entries(value.columns).map(([name, each]) => ({
        name,
        title: known?.columns.find((column) => column.name === name)?.title ?? humanize(name),
        value: valueWords(each),
      })),
    }))
    .sort((x, y) => (x.side ?? "").localeCompare(y.side ?? ""));
}

export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Nested provenance as lines: "params.batch size" → "8". */
export function provenanceLines(provenance: Record<string, unknown>, prefix = ""): [string, string][] {
  return Object.entries(provenance).flatMap(([name, value]): [string, string][] => {
    const title = `${prefix}${humanize(name)}`;
    if (value !== null && typeof value === "object" && !Array.isArray(value))
      return provenanceLines(value as Record<string, unknown>, `${title} · `);
    return [[title, typeof value === "string" ? value : JSON.stringify(value)]];
  });
}
