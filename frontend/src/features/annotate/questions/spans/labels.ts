import type { TFunction } from "i18next";
import type { SourceMark } from "@/components/source-text";
import { targetName } from "../targets";
import type { EarlierSpan, Mark, PassageEvidence, SpansQuestion } from "../types";
import { markId, offsetsOf, priorityOf } from "./answer";

export { targetName };

/** A category's key and the label of its marks: its place in the order of priority. */
export function categoryLabel(question: SpansQuestion, name: string): string {
  const index = priorityOf(question, name);
  return index < 0 ? "?" : String(index + 1);
}

export function titleOf(question: SpansQuestion, name: string): string {
  return [...question.categories, ...question.omissions].find((each) => each.name === name)?.title ?? name;
}

export function severityTitle(question: SpansQuestion, name: string | null): string | null {
  return question.severities.find((each) => each.name === name)?.title ?? name;
}

/** A mark as it is drawn over its text. */
export function drawn(question: SpansQuestion, text: string, mark: Mark, active: boolean): SourceMark {
  const severity = severityTitle(question, mark.severity);
  const title = titleOf(question, mark.category);
  return {
    id: markId(mark),
    ...offsetsOf(text, mark),
    label: categoryLabel(question, mark.category),
    tone: Math.max(0, priorityOf(question, mark.category)),
    title: severity ? `${title}, ${severity}` : title,
    active,
  };
}

/** One line of a quote. */
export function oneLine(text: string, length = 60): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** What an entry points to, in words. */
export function evidenceWords(evidence: EarlierSpan | PassageEvidence | null, t: TFunction): string | null {
  if (!evidence) return null;
  if (evidence.kind === "earlier_span")
    return t("Repeats “{{quote}}”", { quote: oneLine(evidence.quote, 40) });
  const passage = evidence.passage + 1;
  const sentences = evidence.sentences.map((each) => each + 1).join(", ");
  return evidence.sentences.length === 1
    ? t("Passage {{passage}}, sentence {{sentences}}", { passage, sentences })
    : t("Passage {{passage}}, sentences {{sentences}}", { passage, sentences });
}
