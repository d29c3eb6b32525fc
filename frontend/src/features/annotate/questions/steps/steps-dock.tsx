import { type Action, useActions } from "@/actions";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { KeyOf } from "../key-of";
import type { QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import { useShared } from "../shared-store";
import { responseTargets, targetName } from "../targets";
import type { StepsAnswer, StepsQuestion } from "../types";
import { type Context, firstError, goTo, label, move, noError } from "./commands";
import { allowedLabels, chainOf, LABEL_NAMES, stepCount, unlabelled } from "./labels";
import { stepsStore } from "./ui-store";

/** How far each response is labelled, with the keys that label the step at hand. */
export function StepsDock(props: QuestionProps<StepsQuestion, StepsAnswer>) {
  const { question, answer, item, active } = props;
  const t = useT();
  const store = stepsStore(item.id, question.name);
  const ui = useShared(store);
  const targets = responseTargets(item).filter((target) => stepCount(question, item, target) > 0);
  const target = ui.target !== null && targets.includes(ui.target) ? ui.target : (targets[0] ?? "");
  const context: Context = { ...props, store, target, t };
  useActions(stepActions(context, active));
  const none = chainOf(answer, target, 0).first_error === "none";

  return (
    <QuestionLine {...props}>
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        <div className="flex flex-wrap items-center gap-1.5">
          <span className="flex items-center gap-1.5 pe-2 text-muted max-sm:hidden">
            {active &&
              allowedLabels(question).map((each, index) => (
                <span key={each} className="inline-flex items-center gap-1">
                  <KeyOf id={`annotate.step-${each}`} keys={String(index + 1)} /> {t(LABEL_NAMES[each])}
                </span>
              ))}
          </span>
          {question.first_error && (
            <button
              type="button"
              aria-pressed={none}
              aria-keyshortcuts={active ? "0" : undefined}
              onClick={() => noError(context)}
              className={cx(
                "inline-flex h-9 items-center gap-1.5 rounded-md border px-2.5 select-none max-sm:h-11",
                none
                  ? "border-accent bg-accent-soft font-semibold text-accent-text"
                  : "border-control/60 bg-raised hover:bg-sunken",
              )}
            >
              {active && <KeyOf id="annotate.step-no-error" keys="0" />}
              {t("No error in {{text}}", { text: targetName(item, target, t) })}
              {none && <span aria-hidden="true">✓</span>}
            </button>
          )}
        </div>
        <ul aria-label={t("Responses to label")} className="flex flex-wrap gap-x-1 text-sm">
          {targets.map((each) => (
            <li key={each}>
              <button
                type="button"
                aria-current={each === target || undefined}
                onClick={() => goTo({ ...context, target: each }, each, firstOpen(context, each))}
                className={cx(
                  "rounded-sm px-1.5 py-0.5 hover:bg-sunken",
                  active && each === target && "bg-sunken",
                )}
              >
                <span className="font-medium">{targetName(item, each, t)}:</span> {progress(context, each)}
              </button>
            </li>
          ))}
        </ul>
        <p role="status" className="text-sm text-warn empty:hidden">
          {active && ui.message}
        </p>
      </div>
    </QuestionLine>
  );
}

function firstOpen({ question, answer, item }: Context, target: string): number {
  return unlabelled(chainOf(answer, target, stepCount(question, item, target)))[0] ?? 0;
}

function progress({ question, answer, item, t }: Context, target: string): string {
  const total = stepCount(question, item, target);
  const chain = chainOf(answer, target, total);
  const done = chain.labels.filter((each) => each !== null).length;
  const parts = [t("{{done}} of {{total}} steps", { done, total })];
  if (typeof chain.first_error === "number")
    parts.push(t("first error in step {{number}}", { number: chain.first_error + 1 }));
  if (chain.first_error === "none") parts.push(t("no error"));
  return parts.join(", ");
}

function stepActions(context: Context, active: boolean): Action[] {
  const { question, t } = context;
  const common = { group: t("Steps"), keyOnly: true, when: () => active };
  return [
    ...allowedLabels(question).map((each, index) => ({
      ...common,
      id: `annotate.step-${each}`,
      label: t(LABEL_NAMES[each]),
      keys: [String(index + 1)],
      run: () => label(context, each),
    })),
    {
      ...common,
      id: "annotate.step-first-error",
      label: t("The first error is here"),
      keys: ["b"],
      when: () => active && question.first_error,
      run: () => firstError(context),
    },
    {
      ...common,
      id: "annotate.step-no-error",
      label: t("No error"),
      keys: ["0"],
      when: () => active && question.first_error,
      run: () => noError(context),
    },
    {
      ...common,
      id: "annotate.step-next",
      label: t("Next step"),
      keys: ["ArrowDown"],
      repeat: true,
      run: () => move(context, 1),
    },
    {
      ...common,
      id: "annotate.step-previous",
      label: t("Previous step"),
      keys: ["ArrowUp"],
      repeat: true,
      run: () => move(context, -1),
    },
  ];
}
