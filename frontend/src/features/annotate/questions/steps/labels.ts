import type { Item } from "@/lib/api/types";
import { msg } from "@/lib/i18n";
import { responseTargets, textOf } from "../targets";
import type { Facts, StepLabel, StepsAnswer, StepsQuestion, Target } from "../types";
import { stepsOf } from "./cut";

export const LABEL_NAMES: Record<StepLabel, string> = {
  good: msg("Good"),
  neutral: msg("Neutral"),
  bad: msg("Bad"),
};

/** Labels of one chain: one for each step, and where the first error is. */
export type Chain = StepsAnswer[string];

export function stepCount(question: StepsQuestion, item: Item, target: Target): number {
  return stepsOf(textOf(item, target) ?? "", question.split).length;
}

export function chainOf(answer: StepsAnswer | undefined, target: Target, steps: number): Chain {
  return answer?.[target] ?? { labels: Array<null>(steps).fill(null), first_error: null };
}

/** The labels that can be given, in the order of their keys 1, 2, 3. */
export function allowedLabels(question: StepsQuestion): StepLabel[] {
  return question.neutral ? ["good", "neutral", "bad"] : ["good", "bad"];
}

/** A step's label; the same once more takes it away. A first error that the label contradicts is withdrawn. */
export function setLabel(chain: Chain, step: number, label: StepLabel): Chain {
  const next = chain.labels[step] === label ? null : label;
  const labels = chain.labels.map((each, index) => (index === step ? next : each));
  return { labels, first_error: agrees(labels, chain.first_error) ? chain.first_error : null };
}

/** Whether labels and first error can both be true: before it nothing is bad, and it is not good. */
export function agrees(labels: Chain["labels"], first: Chain["first_error"]): boolean {
  if (first === null) return true;
  if (first === "none") return !labels.includes("bad");
  return labels[first] !== "good" && !labels.slice(0, first).includes("bad");
}

/**
 * "The first error is here": the step is bad, steps before it that have no label are good, and those after it
 * stay as they are, for after an error nothing need be judged. Null when a step before it is bad already.
 */
export function setFirstError(chain: Chain, step: number): Chain | null {
  if (chain.first_error === step) return { ...chain, first_error: null };
  if (chain.labels.slice(0, step).includes("bad")) return null;
  const labels = chain.labels.map((label, index): StepLabel | null => {
    if (index < step) return label ?? "good";
    return index === step && label !== "neutral" ? "bad" : label;
  });
  return { labels, first_error: step };
}

/** "No error": every step without a label is good. Null when a step is bad. */
export function setNoError(chain: Chain): Chain | null {
  if (chain.first_error === "none") return { ...chain, first_error: null };
  if (chain.labels.includes("bad")) return null;
  return { labels: chain.labels.map((label) => label ?? "good"), first_error: "none" };
}

/** The first error that labels by themselves tell, once every step has one. */
export function impliedError(question: StepsQuestion, chain: Chain): Chain["first_error"] {
  if (chain.first_error !== null || !question.first_error || chain.labels.includes(null))
    return chain.first_error;
  const bad = chain.labels.indexOf("bad");
  return bad < 0 ? "none" : bad;
}

/** Steps up to and including the first error need labels; all of them where there is none. */
export function unlabelled(chain: Chain): number[] {
  const last = typeof chain.first_error === "number" ? chain.first_error + 1 : chain.labels.length;
  return chain.labels.slice(0, last).flatMap((label, index) => (label === null ? [index] : []));
}

export function isComplete(question: StepsQuestion, answer: StepsAnswer | undefined, item: Item): boolean {
  const targets = responseTargets(item).filter((target) => stepCount(question, item, target) > 0);
  const given = targets.filter((target) => answer?.[target]);
  if (given.length === 0 || !answer) return false;
  if (!question.required) return true;
  return targets.every((target) => answer[target] && unlabelled(answer[target]).length === 0);
}

/** What is sent: chains of which something is said, with the first error that the labels tell. */
export function cleaned(question: StepsQuestion, answer: StepsAnswer, item: Item): StepsAnswer | undefined {
  const chains = responseTargets(item).flatMap((target) => {
    const steps = stepCount(question, item, target);
    const chain = answer[target] ?? (question.required && steps === 0 ? chainOf(undefined, target, 0) : null);
    if (!chain || (steps > 0 && chain.first_error === null && chain.labels.every((label) => label === null)))
      return [];
    return [[target, { ...chain, first_error: steps > 0 ? impliedError(question, chain) : null }] as const];
  });
  return chains.length > 0 ? Object.fromEntries(chains) : undefined;
}

export function factsOf(answer: StepsAnswer): Facts {
  const chains = Object.values(answer);
  return {
    bad: chains.reduce((sum, chain) => sum + chain.labels.filter((label) => label === "bad").length, 0),
    first_errors: chains.filter((chain) => typeof chain.first_error === "number").length,
  };
}
