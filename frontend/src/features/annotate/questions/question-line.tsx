import { type ReactNode, useId } from "react";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import type { QuestionProps } from "./module";
import type { Condition } from "./types";

type Asked = {
  name: string;
  title: string;
  description?: string;
  required: boolean;
  required_if?: Condition[];
};
type Props<Q, A> = QuestionProps<Q, A> & {
  children: ReactNode;
  htmlFor?: string;
  /** A low row of a table of questions, whose controls may have a head above them. */
  compact?: boolean;
};

/** A question's title beside its controls, whether it has to be answered, and what is still missing. */
export function QuestionLine<Q extends Asked, A>(props: Props<Q, A>) {
  const { question, active, missing, form, children, htmlFor, compact, onActivate } = props;
  const id = useId();
  const title = (
    <>
      <bdi>{question.title}</bdi> <Demand question={question} missing={missing} />
      {active && question.description && (
        <span dir="auto" className="block text-sm font-normal text-muted">
          {question.description}
        </span>
      )}
    </>
  );
  const looks = cx(
    "shrink-0 text-start font-medium sm:w-40 lg:w-48",
    compact ? "pb-0.5" : "pt-1.5",
    active && form.questions.length > 1 && "text-accent-text",
    missing && "text-danger",
  );
  return (
    <fieldset
      aria-labelledby={id}
      data-question={question.name}
      onFocusCapture={onActivate}
      className={cx(
        "flex gap-x-4 gap-y-1.5 max-sm:flex-col max-sm:items-stretch",
        compact ? "items-end" : "items-start",
      )}
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

/** Most questions have to be answered; what differs is said: optional ones, and those that answers made required. */
function Demand({ question, missing }: { question: Asked; missing: boolean }) {
  const t = useT();
  const looks = "text-sm font-normal";
  if (missing) return <span className={looks}>{t("needs an answer")}</span>;
  if (!question.required) return <span className={cx(looks, "text-faint")}>{t("optional")}</span>;
  if (!question.required_if?.length) return null;
  return <span className={cx(looks, "text-warn")}>{t("required")}</span>;
}
