import { Icon, LinkButton } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useProject } from "@/lib/session";
import type { NextStep } from "./overview";

/** From nothing to a trained model: what is done, and what comes next. */
export function NextSteps({ steps }: { steps: NextStep[] }) {
  const project = useProject();
  const next = steps.find((step) => !step.done);
  return (
    <section aria-labelledby="next-steps" className="mb-8 max-w-[960px]">
      <h2 id="next-steps" className="mb-2 text-base">
        {steps.some((step) => step.done)
          ? "Next steps"
          : "Four steps to a model trained on your own preferences"}
      </h2>
      <ol className="border-t border-line">
        {steps.map((step, index) => (
          <li
            key={step.title}
            className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line py-2.5"
          >
            <span
              className={cx(
                "num inline-flex size-6 shrink-0 items-center justify-center rounded-full text-xs font-medium",
                step.done ? "bg-ok-soft text-ok" : "bg-sunken text-muted",
              )}
            >
              {step.done ? <Icon name="check" size={14} /> : index + 1}
            </span>
            <span className="min-w-60 flex-1">
              <span className={cx("font-medium", step.done && "text-muted")}>{step.title}</span>
              {step.done && <span className="sr-only"> (done)</span>}
              {!step.done && <span className="block text-sm text-muted">{step.why}</span>}
            </span>
            {!step.done && project.verbs.includes(step.verb) && (
              <LinkButton to={step.to} size="sm" variant={step === next ? "primary" : "secondary"}>
                {step.action}
              </LinkButton>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
