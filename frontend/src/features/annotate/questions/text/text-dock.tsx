import { useId, useRef } from "react";
import { useT } from "@/lib/i18n";
import { TooMany, tooMany, UseDraft, withDraft } from "../drafted-text";
import type { QuestionProps } from "../module";
import { ITEM, targetsOf, without } from "../per-target";
import { QuestionLine } from "../question-line";
import { targetName } from "../targets";
import type { Target, TextAnswer, TextQuestion } from "../types";
import { textsOf } from "./answer";

export const FIELD =
  "field-sizing-content max-h-32 min-h-9 w-full min-w-0 flex-1 resize-none rounded-md border border-control/60 bg-raised px-2.5 py-1.5 placeholder:text-faint";

/** A field that grows with what is written, or one for each text. */
export function TextDock(props: QuestionProps<TextQuestion, TextAnswer>) {
  const { question, answer, draft, item, onChange, onActivate } = props;
  const t = useT();
  const id = useId();
  const only = useRef<HTMLTextAreaElement>(null);
  const texts = textsOf(answer);
  const single = (question.per ?? ITEM) === ITEM;
  const write = (target: Target, words: string) => {
    if (single) onChange(words || undefined);
    else onChange(words ? { ...texts, [target]: words } : without(texts, target));
  };
  const useDraft = () => {
    if (typeof draft !== "string") return;
    onChange(withDraft(texts[ITEM] ?? "", draft));
    onActivate();
    only.current?.focus();
  };
  const field = (target: Target) => (
    <textarea
      ref={single ? only : undefined}
      id={single ? id : `${id}-${target}`}
      rows={1}
      dir="auto"
      value={texts[target] ?? ""}
      maxLength={question.max_chars}
      placeholder={question.required ? t("Write here") : t("Optional")}
      onChange={(event) => write(target, event.target.value)}
      className={FIELD}
    />
  );
  if (single) {
    return (
      <QuestionLine {...props} htmlFor={id}>
        <div className="flex min-w-0 flex-1 flex-col gap-1.5">
          <div className="flex items-start gap-2">
            {field(ITEM)}
            <UseDraft
              item={item}
              question={question}
              draft={typeof draft === "string" ? draft : undefined}
              draftKey={props.draftKey}
              onUse={useDraft}
            />
          </div>
          <TooMany count={tooMany((texts[ITEM] ?? "").trim(), question.max_chars)} />
        </div>
      </QuestionLine>
    );
  }
  return (
    <QuestionLine {...props}>
      <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-[repeat(auto-fit,minmax(240px,1fr))]">
        {targetsOf(question.per, item).map((target) => (
          <label
            key={target}
            htmlFor={`${id}-${target}`}
            className="flex min-w-0 flex-col gap-0.5 text-sm text-muted"
          >
            {targetName(item, target, t)}
            {field(target)}
          </label>
        ))}
      </div>
    </QuestionLine>
  );
}
