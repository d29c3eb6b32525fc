import { useId } from "react";
import { useT } from "@/lib/i18n";
import type { QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import type { TextAnswer, TextQuestion } from "../types";

/** A field that grows with what is written. */
export function TextDock(props: QuestionProps<TextQuestion, TextAnswer>) {
  const { question, answer, onChange } = props;
  const t = useT();
  const id = useId();
  return (
    <QuestionLine {...props} htmlFor={id}>
      <textarea
        id={id}
        rows={1}
        dir="auto"
        value={typeof answer === "string" ? answer : ""}
        maxLength={question.max_chars}
        placeholder={question.required ? t("Say why") : t("Optional")}
        onChange={(event) => onChange(event.target.value || undefined)}
        className="field-sizing-content max-h-32 min-h-9 w-full min-w-0 flex-1 resize-none rounded-md border border-control/60 bg-raised px-2.5 py-1.5 placeholder:text-faint"
      />
    </QuestionLine>
  );
}
