import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Action, useActions } from "@/actions";
import { ActionButton } from "@/components/ui";
import type { Answers } from "@/lib/api/types";
import { formatClock } from "./clock";
import { clearDraft, loadDraft, saveDraft } from "./drafts";
import { activeQuestion, cleanAnswers, isPairwise, missingQuestions } from "./form-state";
import { PromptPane } from "./prompt-pane";
import { Responses } from "./responses";
import type { LabelSession, SessionState, Task } from "./session";
import { SkipDialog } from "./skip-dialog";
import { useHeartbeat, useItemTimer } from "./use-label-session";
import { useView } from "./use-view";
import { answerOf, type Choice, choicesOf } from "./verdict";
import { Questions } from "./verdict-dock";

interface Props {
  task: Task;
  session: LabelSession;
  state: SessionState;
  status: ReactNode;
}

/** One item: prompt, responses, and the dock that never moves. */
export function LabelItem({ task, session, state, status }: Props) {
  const { item, form } = task;
  const [answers, setAnswers] = useState<Answers>(() => loadDraft(task.id) ?? task.answers);
  const [chosenQuestion, setChosenQuestion] = useState<string | null>(null);
  const [missing, setMissing] = useState<Set<string>>(new Set());
  const [skipping, setSkipping] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const panes = useRef<(HTMLElement | null)[]>([]);
  const { timer, seconds, idle } = useItemTimer(task.id);
  useHeartbeat(task.lease, () => timer.isIdle);
  const { view, promptOpen, actions: viewActions } = useView(panes, item.responses.length);

  // Keys act on the page at once: nothing of the last item keeps the focus.
  useLayoutEffect(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, []);

  const change = (name: string, answer: Answers[string]) => {
    const next = { ...answers, [name]: answer };
    setAnswers(next);
    setMissing(new Set([...missing].filter((each) => each !== name)));
    saveDraft(task.id, next);
  };
  const active = activeQuestion(form, answers, item, chosenQuestion);
  const choose = (name: string, position: Choice["position"]) => {
    change(name, answerOf(position, item));
    setChosenQuestion(null);
  };

  const submit = () => {
    const unanswered = missingQuestions(form, answers, item);
    if (unanswered.length > 0) {
      setMissing(new Set(unanswered.map((question) => question.name)));
      if (unanswered[0]?.type === "text") text.current?.focus();
      return;
    }
    clearDraft();
    session.submit(cleanAnswers(form, answers, item), timer.read());
  };

  const named = useMemo(() => mainActions(), []);
  const main: Record<keyof typeof named, Action> = {
    submit: { ...named.submit, label: task.lease === null ? "Save correction" : "Submit", run: submit },
    submitTyping: { ...named.submitTyping, run: submit },
    skip: { ...named.skip, when: () => task.lease !== null, run: () => setSkipping(true) },
    undo: { ...named.undo, when: () => state.canUndo, run: () => void session.undo() },
    redo: { ...named.redo, when: () => state.canRedo, run: () => session.redo() },
    rationale: {
      ...named.rationale,
      when: () => form.questions.some((question) => question.type === "text"),
      run: () => text.current?.focus(),
    },
    leaveText: {
      ...named.leaveText,
      when: () => document.activeElement instanceof HTMLTextAreaElement,
      run: () => (document.activeElement as HTMLElement).blur(),
    },
  };
  useActions([...Object.values(main), ...viewActions, ...scaleActions(active, choose)]);

  return (
    <>
      <PromptPane item={item} open={promptOpen.open} onToggle={promptOpen.toggle} />
      <Responses item={item} view={view} panes={panes} />
      <section aria-label="Your verdict" className="border-t border-line bg-canvas px-4 pt-2.5 pb-2">
        <div className="flex items-end gap-4 max-sm:flex-col max-sm:items-stretch">
          <div className="min-w-0 flex-1">
            <Questions
              questions={form.questions}
              answers={answers}
              item={item}
              active={active}
              missing={missing}
              textRef={text}
              onChoose={(question, position) => choose(question.name, position)}
              onText={(question, value) => change(question.name, value)}
            />
          </div>
          <ActionButton action={main.submit} variant="primary" className="h-9 max-sm:h-11" />
        </div>
        <p role="status" className="min-h-5 pt-1 text-sm text-danger">
          {missing.size > 0 &&
            `Answer ${form.questions
              .filter((q) => missing.has(q.name))
              .map((q) => `“${q.title}”`)
              .join(" and ")} first.`}
          {state.error}
        </p>
        <div className="flex flex-wrap items-center gap-x-1 gap-y-1 text-sm">
          <ActionButton action={main.skip} size="sm" variant="ghost" />
          <ActionButton action={main.undo} size="sm" variant="ghost" />
          {state.canRedo && <ActionButton action={main.redo} size="sm" variant="ghost" />}
          {viewActions
            .filter((action) => action.icon)
            .map((action) => (
              <ActionButton
                key={action.id}
                action={action}
                size="sm"
                variant="ghost"
                className="max-sm:hidden"
              />
            ))}
          <span className="flex-1" />
          {task.lease === null && <span className="text-accent-text">Correcting an earlier answer</span>}
          <span className="num px-2 text-faint" title="Time on this item while you are here">
            {formatClock(seconds)}
            {idle && " paused"}
          </span>
          {status}
        </div>
      </section>
      <SkipDialog
        open={skipping}
        onOpenChange={setSkipping}
        onSkip={(reason) => {
          clearDraft();
          void session.skip(reason);
        }}
      />
    </>
  );
}

/** The page's fixed actions; what they do is filled in on each render. */
function mainActions() {
  const group = "Labelling";
  const run = () => undefined;
  return {
    submit: { id: "annotate.submit", label: "Submit", keys: ["Enter"], group, run },
    submitTyping: {
      id: "annotate.submit-typing",
      label: "Submit while typing",
      keys: ["$mod+Enter"],
      group,
      keyOnly: true,
      whileTyping: true,
      run,
    },
    skip: { id: "annotate.skip", label: "Skip", keys: ["x"], group, run },
    undo: { id: "annotate.undo", label: "Undo", keys: ["$mod+z"], group, run },
    redo: { id: "annotate.redo", label: "Forward", keys: ["$mod+Shift+z"], group, run },
    rationale: { id: "annotate.rationale", label: "Say why", keys: ["r"], group, keyOnly: true, run },
    leaveText: {
      id: "annotate.leave-text",
      label: "Leave the text field",
      keys: ["Escape"],
      group,
      keyOnly: true,
      whileTyping: true,
      run,
    },
  } satisfies Record<string, Action>;
}

function scaleActions(
  question: ReturnType<typeof activeQuestion>,
  choose: (name: string, position: Choice["position"]) => void,
): Action[] {
  if (!question || !isPairwise(question)) return [];
  return choicesOf(question).map((choice) => ({
    id: `annotate.choose-${choice.key}`,
    label: choice.description,
    keys: [choice.key],
    group: "Verdict",
    keyOnly: true,
    run: () => choose(question.name, choice.position),
  }));
}
