import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Action, useActions } from "@/actions";
import { ActionButton } from "@/components/ui";
import { useT } from "@/lib/i18n";
import { formatClock } from "./clock";
import { Dock } from "./dock";
import { clearDraft, loadDraft, saveDraft } from "./drafts";
import { activeQuestion, askedQuestions, cleanAnswers, missingQuestions } from "./form-state";
import { PromptPane } from "./prompt-pane";
import type { QuestionProps } from "./questions/module";
import { questionModule } from "./questions/registry";
import type { Answer, Answers } from "./questions/types";
import { Responses } from "./responses";
import type { LabelSession, SessionState, Task } from "./session";
import { SkipDialog } from "./skip-dialog";
import { useHeartbeat, useItemTimer } from "./use-label-session";
import { useView } from "./use-view";

interface Props {
  task: Task;
  session: LabelSession;
  state: SessionState;
  status: ReactNode;
}

/** One item: prompt, responses, and the dock that never moves. */
export function LabelItem({ task, session, state, status }: Props) {
  const { item, form } = task;
  const t = useT();
  const [answers, setAnswers] = useState<Answers>(() => loadDraft(task.id) ?? task.answers);
  const [chosen, setChosen] = useState<string | null>(null);
  const [missing, setMissing] = useState<Set<string>>(new Set());
  const [skipping, setSkipping] = useState(false);
  const panes = useRef<(HTMLElement | null)[]>([]);
  const { timer, seconds, idle } = useItemTimer(task.id);
  useHeartbeat(task.lease, () => timer.isIdle);
  const { view, promptOpen, actions: viewActions } = useView(panes, item.responses.length);

  // Keys act on the page at once: nothing of the last item keeps the focus.
  useLayoutEffect(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, []);

  const change = (name: string, answer: Answer | undefined) => {
    const { [name]: _, ...others } = answers;
    const next = answer === undefined ? others : { ...others, [name]: answer };
    setAnswers(next);
    setMissing(new Set([...missing].filter((each) => each !== name)));
    saveDraft(task.id, next);
  };
  const asked = askedQuestions(form, answers, item).map(({ question, required }) => ({
    ...question,
    required,
  }));
  const active = activeQuestion(asked, answers, item, chosen);
  const questions: QuestionProps[] = asked.map((question) => ({
    question,
    answer: answers[question.name],
    item,
    active: question === active,
    missing: missing.has(question.name),
    answers,
    form,
    onChange: (answer) => change(question.name, answer),
    onActivate: () => setChosen(question.name),
    onDone: () => setChosen(null),
  }));
  const step = (by: 1 | -1) => {
    const next = active && asked[asked.indexOf(active) + by];
    if (next) setChosen(next.name);
  };

  const writing = [active, ...asked].find((each) => each?.type === "text" || each?.type === "rationale");
  const write = () => {
    const line = document.querySelector(`[data-question="${CSS.escape(writing?.name ?? "")}"]`);
    line?.querySelector("textarea")?.focus();
  };

  const submit = () => {
    const unanswered = missingQuestions(form, answers, item);
    if (unanswered[0]) {
      setMissing(new Set(unanswered.map((question) => question.name)));
      setChosen(unanswered[0].name);
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
    write: { ...named.write, when: () => writing !== undefined, run: write },
    nextQuestion: { ...named.nextQuestion, when: () => asked.length > 1, run: () => step(1) },
    previousQuestion: { ...named.previousQuestion, when: () => asked.length > 1, run: () => step(-1) },
    leaveText: {
      ...named.leaveText,
      when: () => document.activeElement instanceof HTMLTextAreaElement,
      run: () => (document.activeElement as HTMLElement).blur(),
    },
  };
  useActions([...Object.values(main), ...viewActions]);

  return (
    <>
      <PromptPane item={item} questions={questions} open={promptOpen.open} onToggle={promptOpen.toggle} />
      <Responses item={item} questions={questions} view={view} panes={panes} />
      <section aria-label="Your verdict" className="border-t border-line bg-canvas px-4 pt-2.5 pb-2">
        <div className="flex items-end gap-4 max-sm:flex-col max-sm:items-stretch">
          <div className="min-w-0 flex-1">
            <Dock questions={questions} />
          </div>
          <ActionButton action={main.submit} variant="primary" className="h-9 max-sm:h-11" />
        </div>
        <p role="status" className="min-h-5 pt-1 text-sm text-danger">
          {questions
            .filter((each) => each.missing)
            .map((each) => missingSentence(each, t))
            .join(" ")}
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
    write: { id: "annotate.rationale", label: "Say why", keys: ["r"], group, keyOnly: true, run },
    nextQuestion: {
      id: "annotate.next-question",
      label: "Next question",
      keys: ["j"],
      group,
      keyOnly: true,
      run,
    },
    previousQuestion: {
      id: "annotate.previous-question",
      label: "Previous question",
      keys: ["k"],
      group,
      keyOnly: true,
      run,
    },
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

function missingSentence({ question, answer, item }: QuestionProps, t: ReturnType<typeof useT>): string {
  return (
    questionModule(question.type).missingSentence?.(question, answer, item) ??
    t("Answer “{{title}}” first.", { title: question.title })
  );
}
