import { type ReactNode, useId } from "react";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import type { QuestionProps } from "./module";

type Props<Q, A> = QuestionProps<Q, A> & { children: ReactNode; htmlFor?: string };

/** A question's title beside its controls, and what is still missing. */
export function QuestionLine<Q extends { name: string; title: string; description?: string }, A>(
  props: Props<Q, A>,
) {
  const { question, active, missing, form, children, htmlFor, onActivate } = props;
  const t = useT();
  const id = useId();
  const title = (
    <>
      {question.title}
      {missing && <span className="ms-2 font-normal">{t("needs an answer")}</span>}
      {active && question.description && (
        <span className="block max-w-60 text-sm font-normal text-muted">{question.description}</span>
      )}
    </>
  );
  const looks = cx(
    "min-w-40 max-w-60 shrink-0 pt-1.5 text-start font-medium",
    active && form.questions.length > 1 && "text-accent-text",
    missing && "text-danger",
  );
  return (
    <fieldset
      aria-labelledby={id}
      data-question={question.name}
      onFocusCapture={() => !active && onActivate()}
      className="flex flex-wrap items-start gap-x-4 gap-y-1.5 max-sm:flex-col max-sm:items-stretch"
    >
      {htmlFor ? (
        <label id={id} htmlFor={htmlFor} className={looks}>
          {title}
        </label>
      ) : (
        <span id={id} className={looks}>
          {title}
        </span>
      )}
      {children}
    </fieldset>
  );
}
