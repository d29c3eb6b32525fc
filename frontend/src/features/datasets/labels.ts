import type { DatasetRow, Label, Message } from "@/lib/api/types";
import { countOf } from "@/lib/format";

/** Words for labels. Responses are called by their place in the row, 1, 2, …; labels refer to them by id. */

export function placeOf(row: DatasetRow, responseId: string): number {
  return row.responses.findIndex((response) => response.response_id === responseId) + 1;
}

const STRENGTHS = ["", "slightly", "clearly", "much"];

/** "Response 2 is clearly better than 1", whichever way round the label stores the pair. */
export function labelText(row: DatasetRow, label: Label): string {
  const [a, b] = [placeOf(row, label.a), placeOf(row, label.b)];
  if (label.outcome === "tie") return `${pair(a, b)} are equally good`;
  if (label.outcome === "both_bad") return `${pair(a, b)} are both bad`;
  const value = label.value ?? 0;
  const [better, worse] = value > 0 ? [b, a] : [a, b];
  const degree = STRENGTHS[Math.min(3, Math.abs(value))];
  return `Response ${better} is ${degree ? `${degree} ` : ""}better than ${worse}`;
}

function pair(a: number, b: number): string {
  return `Responses ${Math.min(a, b)} and ${Math.max(a, b)}`;
}

/** How often each response won, ties and both-bads: "1 preferred 3×, tie 1×". */
export function verdictText(row: DatasetRow): string {
  const wins = new Map<string, number>();
  for (const label of row.labels) {
    const key = winner(row, label);
    wins.set(key, (wins.get(key) ?? 0) + 1);
  }
  return [...wins]
    .sort((x, y) => y[1] - x[1])
    .map(([key, count]) => (count > 1 ? `${key} ${count}×` : key))
    .join(", ");
}

function winner(row: DatasetRow, label: Label): string {
  if (label.outcome === "tie") return "tie";
  if (label.outcome === "both_bad") return "both bad";
  return `${placeOf(row, (label.value ?? 0) > 0 ? label.b : label.a)} better`;
}

export function lastUserMessage(prompt: Message[]): string {
  const user = prompt.filter((message) => message.role === "user").at(-1) ?? prompt.at(-1);
  return user?.content ?? "";
}

export function turnsOf(prompt: Message[]): number {
  return prompt.filter((message) => message.role === "user").length;
}

export function sourceText(label: Label): string {
  const by = { human: "a person", imported: "the import", judge: "a judge", adjudicated: "adjudication" }[
    label.source
  ];
  return [
    label.annotator ? `${label.annotator} (${label.source})` : `by ${by}`,
    label.aspect && `on ${label.aspect}`,
  ]
    .filter(Boolean)
    .join(", ");
}

export function shortId(id: string): string {
  return id.slice(0, 8);
}

export function labelsCount(row: DatasetRow): string {
  return countOf(row.labels.length, "label");
}
