import type { TFunction } from "i18next";
import type { Item } from "@/lib/api/types";
import { responseTargets } from "../targets";
import type { StepLabel, StepsAnswer, StepsQuestion, Target } from "../types";
import { type Chain, chainOf, setFirstError, setLabel, setNoError, stepCount, unlabelled } from "./labels";
import type { StepsStore } from "./ui-store";

/** What a person can do with the step at hand; afterwards the next one without a label is at hand. */
export interface Context {
  question: StepsQuestion;
  answer: StepsAnswer | undefined;
  item: Item;
  store: StepsStore;
  target: Target;
  t: TFunction;
  onChange(answer: StepsAnswer | undefined): void;
  onDone(): void;
  onCurrent?(target: Target): void;
}

function chain({ question, answer, item, target }: Context): Chain {
  return chainOf(answer, target, stepCount(question, item, target));
}

function keep(context: Context, next: Chain): void {
  const { answer, target, onChange } = context;
  const { [target]: _, ...others } = answer ?? {};
  const empty = next.first_error === null && next.labels.every((label) => label === null);
  const all = empty ? others : { ...others, [target]: next };
  onChange(Object.keys(all).length > 0 ? all : undefined);
}

export function label(context: Context, given: StepLabel, step = context.store.get().step): void {
  const before = chain(context);
  const next = setLabel(before, step, given);
  keep(context, next);
  context.store.set({ target: context.target, step, message: null });
  if (next.labels[step] !== null) advance(context, next, step);
}

export function firstError(context: Context, step = context.store.get().step): void {
  const next = setFirstError(chain(context), step);
  if (!next) {
    context.store.set({ message: context.t("An earlier step is bad; the first error is there or before.") });
    return;
  }
  keep(context, next);
  context.store.set({ target: context.target, step, message: null });
  if (next.first_error === step) advance(context, next, step);
}

export function noError(context: Context): void {
  const next = setNoError(chain(context));
  if (!next) {
    context.store.set({
      message: context.t("A step is labelled bad; change it before saying that there is no error."),
    });
    return;
  }
  keep(context, next);
  context.store.set({ target: context.target, message: null });
  if (next.first_error === "none") advance(context, next, next.labels.length);
}

/** The next step without a label: in this text, else in the next one, else the question is done. */
function advance(context: Context, next: Chain, from: number): void {
  const { question, answer, item, target } = context;
  const open = unlabelled(next);
  const here = open.find((step) => step > from) ?? open[0];
  if (here !== undefined) {
    goTo(context, target, here);
    return;
  }
  for (const other of responseTargets(item)) {
    const steps = stepCount(question, item, other);
    const [first] = other === target ? [] : unlabelled(chainOf(answer, other, steps));
    if (first !== undefined) {
      goTo(context, other, first);
      return;
    }
  }
  context.onDone();
}

export function goTo({ store, onCurrent }: Context, target: Target, step: number): void {
  onCurrent?.(target);
  store.set({ target, step, message: null });
  const element = store.roots.get(target)?.querySelector<HTMLElement>(`[data-step="${step}"]`);
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** One step on (1) or back (-1), into the next text at the end of one. */
export function move(context: Context, by: 1 | -1): void {
  const { question, item, store, target } = context;
  const step = store.get().step + by;
  if (step >= 0 && step < stepCount(question, item, target)) {
    goTo(context, target, step);
    return;
  }
  const targets = responseTargets(item);
  const next = targets[targets.indexOf(target) + by];
  if (next === undefined) return;
  goTo(context, next, by > 0 ? 0 : Math.max(0, stepCount(question, item, next) - 1));
}
