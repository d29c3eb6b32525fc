import { type KeyboardEvent, useEffect, useRef } from "react";
import { Markdown } from "@/components/markdown";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { KeyOf } from "../key-of";
import type { PaneProps } from "../module";
import { useShared } from "../shared-store";
import { targetName } from "../targets";
import type { StepLabel, StepsAnswer, StepsQuestion } from "../types";
import { type Context, firstError, label, move } from "./commands";
import { stepsOf } from "./cut";
import { allowedLabels, chainOf, LABEL_NAMES } from "./labels";
import { stepsStore } from "./ui-store";

const TONES: Record<StepLabel, string> = {
  good: "border-ok bg-ok-soft text-ok",
  neutral: "border-control bg-sunken text-fg",
  bad: "border-danger bg-danger-soft text-danger",
};

/** A response cut into its steps, each with a label. */
export function StepsPane(props: PaneProps<StepsQuestion, StepsAnswer>) {
  const { question, answer, item, target, text, focused } = props;
  const t = useT();
  const store = stepsStore(item.id, question.name);
  const ui = useShared(store);
  const list = useRef<HTMLOListElement>(null);
  const context: Context = { ...props, store, t };
  const steps = stepsOf(text, question.split);
  const chain = chainOf(answer, target, steps.length);
  const after = typeof chain.first_error === "number" ? chain.first_error : steps.length;

  useEffect(() => {
    if (list.current) store.roots.set(target, list.current);
    return () => {
      store.roots.delete(target);
    };
  }, [store, target]);
  useEffect(() => {
    if (focused && store.get().target !== target) store.set({ target, step: 0 });
  }, [store, target, focused]);

  // The page has its own arrows; among steps they go from one to the next.
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
    if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    move({ ...context, target }, by);
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveElementInteractions: arrows go from step to step; each step is focusable itself.
    <ol
      ref={list}
      aria-label={t("Steps of {{text}}", { text: targetName(item, target, t) })}
      onKeyDown={onKeyDown}
      className="flex flex-col gap-1"
    >
      {steps.map((step, index) => {
        const at = ui.target === target && ui.step === index;
        const given = chain.labels[index] ?? null;
        return (
          // biome-ignore lint/a11y/noNoninteractiveElementInteractions: keys label the step that has the focus; its buttons do the same.
          <li
            key={step.start}
            data-step={index}
            data-label={given ?? ""}
            aria-current={at ? "step" : undefined}
            tabIndex={at ? 0 : -1}
            onFocus={(event) => {
              if (event.target === event.currentTarget) store.set({ target, step: index });
            }}
            className={cx(
              "grid grid-cols-[2rem_minmax(0,1fr)] items-start gap-x-2 rounded-md border-s-2 py-1.5 pe-2 ps-2",
              at ? "border-accent bg-subtle" : "border-transparent",
            )}
          >
            <span className="num pt-0.5 text-sm text-faint">{index + 1}</span>
            <div className="min-w-0">
              <div className={cx(index > after && "opacity-70")}>
                <Markdown text={text.slice(step.start, step.end)} />
              </div>
              <div className="mt-1 flex flex-wrap items-center gap-1 text-sm">
                {allowedLabels(question).map((each, key) => (
                  <button
                    key={each}
                    type="button"
                    aria-pressed={given === each}
                    aria-label={t("Step {{number}}: {{label}}", {
                      number: index + 1,
                      label: t(LABEL_NAMES[each]),
                    })}
                    tabIndex={at ? 0 : -1}
                    onClick={() => label({ ...context, target }, each, index)}
                    className={cx(
                      "inline-flex h-7 items-center gap-1 rounded-sm border px-2 max-sm:h-10",
                      given === each
                        ? cx("font-semibold", TONES[each])
                        : "border-control/60 bg-raised text-muted hover:bg-sunken",
                    )}
                  >
                    {at && <KeyOf id={`annotate.step-${each}`} keys={String(key + 1)} />}
                    {given === each && <span aria-hidden="true">{each === "bad" ? "✗" : "✓"}</span>}
                    {t(LABEL_NAMES[each])}
                  </button>
                ))}
                {question.first_error && (at || chain.first_error === index) && (
                  <button
                    type="button"
                    aria-pressed={chain.first_error === index}
                    onClick={() => firstError({ ...context, target }, index)}
                    className={cx(
                      "inline-flex h-7 items-center gap-1 rounded-sm border px-2 max-sm:h-10",
                      chain.first_error === index
                        ? "border-danger font-semibold text-danger"
                        : "border-control/60 bg-raised text-muted hover:bg-sunken",
                    )}
                  >
                    {at && <KeyOf id="annotate.step-first-error" keys="b" />}
                    {t("First error")}
                  </button>
                )}
              </div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
