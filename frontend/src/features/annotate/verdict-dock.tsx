import { type RefObject, useId } from "react";
import { Kbd } from "@/components/ui";
import type { Answers, Item, PairwiseQuestion, Question, TextQuestion } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { isPairwise } from "./form-state";
import { type Choice, choicesOf, positionOf } from "./verdict";

interface DockProps {
  questions: Question[];
  answers: Answers;
  item: Item;
  active: PairwiseQuestion | null;
  missing: Set<string>;
  textRef: RefObject<HTMLTextAreaElement | null>;
  onChoose: (question: PairwiseQuestion, position: Choice["position"]) => void;
  onText: (question: TextQuestion, text: string) => void;
}

/** The questions, always in sight below the responses, with their keys printed. */
export function Questions(props: DockProps) {
  const several = props.questions.filter(isPairwise).length > 1;
  const firstText = props.questions.find((question) => question.type === "text");
  return (
    <div className="flex flex-col gap-2">
      {props.questions.map((question) =>
        isPairwise(question) ? (
          <Scale
            key={question.name}
            question={question}
            item={props.item}
            chosen={positionOf(pairwiseAnswer(props.answers, question), props.item)}
            showKeys={question.name === props.active?.name}
            marked={several && question.name === props.active?.name}
            missing={props.missing.has(question.name)}
            onChoose={(position) => props.onChoose(question, position)}
          />
        ) : (
          <Rationale
            key={question.name}
            question={question}
            value={textAnswer(props.answers, question)}
            inputRef={question === firstText ? props.textRef : undefined}
            missing={props.missing.has(question.name)}
            onText={(text) => props.onText(question, text)}
          />
        ),
      )}
    </div>
  );
}

function pairwiseAnswer(answers: Answers, question: Question) {
  const answer = answers[question.name];
  return typeof answer === "object" ? answer : undefined;
}

function textAnswer(answers: Answers, question: Question): string {
  const answer = answers[question.name];
  return typeof answer === "string" ? answer : "";
}

interface ScaleProps {
  question: PairwiseQuestion;
  item: Item;
  chosen: Choice["position"] | null;
  showKeys: boolean;
  marked: boolean;
  missing: boolean;
  onChoose: (position: Choice["position"]) => void;
}

function Scale({ question, chosen, showKeys, marked, missing, onChoose }: ScaleProps) {
  const id = useId();
  const choices = choicesOf(question);
  return (
    <fieldset
      aria-labelledby={id}
      className="flex flex-wrap items-center gap-x-4 gap-y-1.5 max-sm:flex-col max-sm:items-stretch"
    >
      <span
        id={id}
        className={cx(
          "min-w-40 shrink-0 font-medium",
          marked && "text-accent-text",
          missing && "text-danger",
        )}
      >
        {question.title}
        {missing && <span className="ml-2 font-normal">needs an answer</span>}
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap gap-1.5 max-sm:grid max-sm:grid-cols-4">
        {choices.map((choice) => (
          <ChoiceButton
            key={choice.key}
            choice={choice}
            chosen={chosen === choice.position}
            showKey={showKeys}
            onChoose={() => onChoose(choice.position)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function ChoiceButton({
  choice,
  chosen,
  showKey,
  onChoose,
}: {
  choice: Choice;
  chosen: boolean;
  showKey: boolean;
  onChoose: () => void;
}) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      aria-keyshortcuts={showKey ? choice.key : undefined}
      aria-label={choice.description}
      title={choice.description}
      onClick={(event) => {
        // After a click of the mouse, Enter should submit rather than press this button again.
        if (event.detail > 0) event.currentTarget.blur();
        onChoose();
      }}
      className={cx(
        "inline-flex h-9 min-w-0 items-center justify-center gap-1.5 rounded-md border px-2.5 select-none max-sm:h-14 max-sm:flex-col max-sm:gap-0.5 max-sm:px-1 max-sm:text-sm",
        choice.position === "both_bad" && "sm:ml-3",
        chosen
          ? "border-accent bg-accent-soft font-semibold text-accent-text shadow-[inset_0_0_0_1px_var(--accent)]"
          : "border-control/60 bg-raised hover:bg-sunken",
      )}
    >
      {showKey && <Kbd keys={choice.key} />}
      <span className="truncate max-sm:text-center max-sm:leading-tight max-sm:whitespace-normal">
        {choice.label}
      </span>
      {chosen && <span aria-hidden="true">✓</span>}
    </button>
  );
}

function Rationale({
  question,
  value,
  inputRef,
  missing,
  onText,
}: {
  question: TextQuestion;
  value: string;
  inputRef: RefObject<HTMLTextAreaElement | null> | undefined;
  missing: boolean;
  onText: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-start gap-x-4 max-sm:flex-col max-sm:items-stretch">
      <label
        htmlFor={id}
        className={cx("flex min-w-40 shrink-0 items-center gap-1.5 pt-1.5", missing && "text-danger")}
      >
        {question.title}
        {inputRef && <Kbd keys="r" />}
        {missing && <span>needs an answer</span>}
      </label>
      <textarea
        id={id}
        ref={inputRef}
        rows={1}
        dir="auto"
        value={value}
        maxLength={question.max_chars}
        placeholder={question.required ? "Say why" : "Optional"}
        onChange={(event) => onText(event.target.value)}
        className="field-sizing-content max-h-32 min-h-9 w-full min-w-0 flex-1 resize-none rounded-md border border-control/60 bg-raised px-2.5 py-1.5 placeholder:text-faint"
      />
    </div>
  );
}
