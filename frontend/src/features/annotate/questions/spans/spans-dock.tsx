import { useEffect } from "react";
import { preloadSourceText } from "@/components/source-text";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { KeyOf } from "../key-of";
import type { QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import type { SpansAnswer, SpansQuestion } from "../types";
import * as read from "./answer";
import { chooseCategory, goTo, noErrors } from "./commands";
import { type Context, keepSelection } from "./context";
import { DraftedMarks } from "./drafted-marks";
import { EntryEditor } from "./entry-editor";
import { startOmission } from "./evidence";
import { targetName } from "./labels";
import { ModePanel } from "./mode-panel";
import { markQueued } from "./queue";
import { type SpansUi, spansStore, useSpansUi } from "./ui-store";
import { useSpanKeys } from "./use-span-keys";

/** Categories with their keys and counts, what is said of each text, and what is being asked. */
export default function SpansDock(props: QuestionProps<SpansQuestion, SpansAnswer>) {
  const { question, answer = read.EMPTY, item, active, onActivate } = props;
  const t = useT();
  const store = spansStore(item.id, question.name);
  const ui = useSpansUi(store);
  const targets = read.targetsOf(question, item);
  const target = ui.target !== null && targets.includes(ui.target) ? ui.target : (targets[0] ?? "");
  const context: Context = { ...props, answer, store, target, t };
  useSpanKeys(context, { active, onActivate });
  useEffect(() => {
    void preloadSourceText();
  }, []);

  return (
    <QuestionLine {...props}>
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        <Categories context={context} active={active} onActivate={onActivate} />
        {/* What is said here takes the room beside the texts' states, so that the dock hardly moves. */}
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <TargetStates context={context} shown={active} />
          <p role="status" className="text-sm text-warn empty:hidden">
            {active && ui.message}
          </p>
        </div>
        {active && <Below context={context} ui={ui} />}
        {props.draft && (
          <DraftedMarks context={context} draft={props.draft} active={active} onActivate={props.onActivate} />
        )}
      </div>
    </QuestionLine>
  );
}

/** One row for what is being asked, the mark at hand, or how to make one. */
function Below({ context, ui }: { context: Context; ui: SpansUi }) {
  const { answer, t } = context;
  if (ui.mode.kind !== "mark") return <ModePanel context={context} mode={ui.mode} />;
  const omission = answer.omissions[read.omissionIndex(ui.active) ?? -1];
  if (read.findMark(answer, ui.active) || omission) return <EntryEditor context={context} id={ui.active} />;
  return (
    <p className="flex min-h-10 items-center px-2 text-sm text-muted max-sm:hidden">
      {ui.caret === null
        ? t("Select words with the mouse, or with h and the arrow keys; then a category’s key marks them.")
        : t("← → by words, with Alt by characters; Shift selects; Tab goes to the next mark; Esc leaves.")}
    </p>
  );
}

const CHIP =
  "inline-flex h-9 items-center gap-1.5 rounded-md border px-2.5 select-none border-control/60 bg-raised hover:bg-sunken disabled:opacity-50 max-sm:h-11";

function Categories({
  context,
  active,
  onActivate,
}: {
  context: Context;
  active: boolean;
  onActivate: () => void;
}) {
  const { question, answer, store, target, t } = context;
  const { mode, confirm } = useSpansUi(store);
  const count = (category: string) => answer.marks.filter((mark) => mark.category === category).length;
  const press = (index: number) => {
    if (!active) onActivate();
    if (mode.kind === "queue") markQueued(context, index);
    else chooseCategory(context, index);
  };
  const clean = answer.no_error.includes(target);
  return (
    <div className="flex flex-wrap gap-1.5">
      {question.categories.map((category, index) => (
        <button
          key={category.name}
          type="button"
          title={category.description || undefined}
          aria-keyshortcuts={active && index < 9 ? String(index + 1) : undefined}
          onMouseDown={keepSelection}
          onClick={() => press(index)}
          className={cx(CHIP, confirm === category.name && "border-warn bg-warn-soft")}
        >
          {active && index < 9 && (
            <KeyOf id={`annotate.spans-category-${index + 1}`} keys={String(index + 1)} />
          )}
          <span className="source-mark" data-tone={index % 9}>
            {category.title}
          </span>
          {count(category.name) > 0 && (
            <span className="num text-sm text-muted">
              <span aria-hidden="true">{count(category.name)}</span>
              <span className="sr-only">{t("{{count}} marks", { count: count(category.name) })}</span>
            </span>
          )}
        </button>
      ))}
      {question.omissions.length > 0 && (
        <button
          type="button"
          className={CHIP}
          onMouseDown={keepSelection}
          onClick={() => startOmission(context)}
        >
          {active && <KeyOf id="annotate.spans-omission" keys="m" />}
          {t("Something is missing")}
        </button>
      )}
      <button
        type="button"
        aria-pressed={clean}
        aria-keyshortcuts={active ? "0" : undefined}
        onClick={() => noErrors(context)}
        className={cx(CHIP, clean && "border-accent bg-accent-soft font-semibold text-accent-text")}
      >
        {active && <KeyOf id="annotate.spans-none" keys="0" />}
        {t("No errors found")}
        {clean && <span aria-hidden="true">✓</span>}
      </button>
    </div>
  );
}

/** What is said of each text so far; pressing one makes the keys act on it. */
function TargetStates({ context, shown }: { context: Context; shown: boolean }) {
  const { question, answer, item, target, t } = context;
  const targets = read.targetsOf(question, item);
  const words = (each: string) => {
    if (answer.no_error.includes(each)) return t("no errors found");
    const marks = answer.marks.filter((mark) => mark.target === each).length;
    const omissions = answer.omissions.filter((omission) => omission.target === each).length;
    const parts = [
      marks > 0 && t("{{count}} marks", { count: marks }),
      omissions > 0 && t("{{count}} missing", { count: omissions }),
    ].filter(Boolean);
    return parts.length > 0 ? parts.join(", ") : t("nothing said yet");
  };
  return (
    <ul aria-label={t("Texts to mark")} className="flex flex-wrap gap-x-1 text-sm">
      {targets.map((each) => {
        const open = !read.isDone(answer, each);
        return (
          <li key={each}>
            <button
              type="button"
              aria-current={each === target || undefined}
              onClick={() => goTo(context, each)}
              className={cx(
                "rounded-sm px-1.5 py-0.5 hover:bg-sunken",
                shown && each === target && "bg-sunken",
                open ? "text-muted" : "text-fg",
              )}
            >
              <span className="font-medium">{targetName(item, each, t)}:</span> {words(each)}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
