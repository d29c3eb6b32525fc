/** What a version of a judge is made of, as a list to read and to compare. */
import type { Principle } from "@/lib/api/types";
import { sentence } from "@/lib/format";
import type { JudgeDetail, JudgeModel, JudgeProtocol } from "./api";
import { optionsOf } from "./form";
import { modelWords } from "./words";

export interface Fact {
  label: string;
  value: string;
}

export interface Change {
  label: string;
  before: string;
  after: string;
}

type Facts = Pick<
  JudgeDetail,
  | "description"
  | "protocol"
  | "source"
  | "model"
  | "family"
  | "instructions"
  | "options"
  | "principles"
  | "sampling"
  | "prices"
>;

/** In a fixed order; options that were left alone have the protocol's own value and are not listed. */
export function factsShown(
  judge: Facts,
  protocols: JudgeProtocol[],
  models: JudgeModel[],
  principles: Principle[],
): Fact[] {
  const protocol = protocols.find((each) => each.name === judge.protocol);
  const titles = (judge.principles ?? []).map(
    (id) => principles.find((each) => each.id === id)?.title ?? `Principle ${id}`,
  );
  const { prices, sampling } = judge;
  return [
    { label: "Description", value: judge.description },
    { label: "Model", value: modelWords(judge, models) },
    ...(judge.model?.revision ? [{ label: "Revision", value: String(judge.model.revision) }] : []),
    ...(judge.family ? [{ label: "Family", value: judge.family }] : []),
    ...(prices
      ? [
          {
            label: "Prices",
            value: `$${prices.prompt} read, $${prices.completion} written, per million tokens`,
          },
        ]
      : []),
    { label: "Protocol", value: protocol?.title ?? judge.protocol },
    { label: "Instructions", value: judge.instructions },
    { label: "Principles", value: titles.join("\n") },
    ...optionFacts(judge.options ?? {}, protocol),
    ...(protocol?.generates && sampling
      ? [
          {
            label: "Sampling",
            value: `temperature ${sampling.temperature}, top p ${sampling.top_p}, at most ${sampling.max_tokens} tokens, seed ${sampling.seed}`,
          },
        ]
      : []),
  ];
}

function optionFacts(options: Record<string, unknown>, protocol: JudgeProtocol | undefined): Fact[] {
  const fields = optionsOf(protocol);
  return Object.entries(options).map(([name, value]) => ({
    label: fields.find((field) => field.name === name)?.label ?? sentence(name),
    value: wordsOf(value),
  }));
}

/** An option's value as a person reads it. */
export function wordsOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (Array.isArray(value)) return value.map(wordsOf).join("\n");
  if (typeof value === "object" && value !== null) {
    const { title, description, ...rest } = value as Record<string, unknown>;
    if (typeof title === "string" && Object.keys(rest).length === 0) {
      return description ? `${title}: ${description}` : title;
    }
    return JSON.stringify(value);
  }
  return value === null || value === undefined ? "" : String(value);
}

/** What differs, with what is there only before or after. */
export function changesOf(before: Fact[], after: Fact[]): Change[] {
  const labels = [...new Set([...after, ...before].map((fact) => fact.label))];
  const value = (facts: Fact[], label: string) => facts.find((fact) => fact.label === label)?.value ?? "";
  return labels
    .map((label) => ({ label, before: value(before, label), after: value(after, label) }))
    .filter((change) => change.before !== change.after);
}
