import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Action, useActions } from "@/actions";
import { ANNOTATE, type NamedAction } from "@/actions/catalogue";
import { ActionButton } from "@/components/ui";
import { useT } from "@/lib/i18n";
import { loadable } from "@/lib/loadable";
import { useMe } from "@/lib/session";
import { whenQuiet } from "@/lib/when-quiet";
import { Dock } from "./dock";
import { draftCounts, firstPassDone, textWaiting } from "./drafted";
import { activeQuestion, askedQuestions, cleanAnswers, missingQuestions } from "./form-state";
import { PromptPane } from "./prompt-pane";
import type { QuestionProps } from "./questions/module";
import { questionModule } from "./questions/registry";
import type { QuestionType } from "./questions/types";
import { Responses } from "./responses";
import type { LabelSession, SessionState, Task } from "./session";
import { SourcesPanel } from "./sources-panel";
import type { ItemTimer } from "./timer";
import { useAnswers, useReading } from "./use-answers";
import { useHeartbeat } from "./use-label-session";
import { useView } from "./use-view";

const SkipDialog = loadable(() => import("./skip-dialog"));
const FlagDialog = loadable(() => import("./flag-dialog"));

interface Props {
  task: Task;
  session: LabelSession;
  state: SessionState;
  timer: ItemTimer;
  comments: Action;
  /** Guidelines or comments, beside the texts and above the dock. */
  aside: ReactNode;
  status: ReactNode;
}

/** One item: prompt, responses, and the dock that never moves. */
export function LabelItem({ task, session, state, timer, comments, aside, status }: Props) {
  const { item, form } = task;
  const t = useT();
  const me = useMe();
  const [chosen, setChosen] = useState<string | null>(null);
  const [missing, setMissing] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<"skip" | "flag" | null>(null);
  const panes = useRef<(HTMLElement | null)[]>([]);
  const texts = useRef<HTMLDivElement>(null);
  const reading = useReading(texts, timer);
  const { answers, change, forget } = useAnswers(task, (name) => {
    reading.answered();
    timer.resume();
    setMissing((old) => new Set([...old].filter((each) => each !== name)));
  });
  useHeartbeat(task.lease, () => timer.isIdle);
  const look = useView(panes, item, me.id);

  // Keys act on the page at once: nothing of the last item keeps the focus.
  useLayoutEffect(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, []);

  // Ready before they are asked for, but after the first item is there.
  useEffect(() => {
    void whenQuiet().then(() => Promise.all([SkipDialog.preload(), FlagDialog.preload()]));
  }, []);

  const asked = askedQuestions(form, answers, item).map(({ question, required }) => ({
    ...question,
    required,
  }));
  const last = useRef<string | null>(null);
  const active = activeQuestion(asked, answers, item, chosen, last.current);
  useLayoutEffect(() => {
    last.current = active?.name ?? null;
  });
  const drafts = task.drafts ?? {};
  const lines: QuestionProps[] = asked.map((question) => ({
    question,
    answer: answers[question.name],
    draft: firstPassDone(question, asked, answers, item, drafts) ? drafts[question.name] : undefined,
    item,
    active: question === active,
    missing: missing.has(question.name),
    answers,
    form,
    onChange: (answer) => change(question.name, answer),
    onActivate: () => setChosen(question.name),
    onDone: () => setChosen(null),
    onCurrent: look.setCurrent,
  }));
  const drafted = textWaiting(lines);
  const questions = lines.map((line) => ({ ...line, draftKey: line.question.name === drafted }));
  const step = (by: 1 | -1) => {
    const next = active && asked[asked.indexOf(active) + by];
    if (next) setChosen(next.name);
  };
  /** The question of these types that comes first, the active one before all. */
  const ofType = (...types: QuestionType[]) =>
    [active, ...asked].find((each) => each && types.includes(each.type))?.name;
  const writing = ofType("rationale", "text");
  const write = () => {
    if (writing) setChosen(writing);
    const line = document.querySelector(`[data-question="${CSS.escape(writing ?? "")}"]`);
    line?.querySelector("textarea")?.focus();
  };

  const useDraft = () => {
    const line = document.querySelector(`[data-question="${CSS.escape(textWaiting(questions) ?? "")}"]`);
    line?.querySelector<HTMLElement>("[data-use-draft]")?.click();
  };

  const submit = () => {
    const unanswered = missingQuestions(form, answers, item);
    if (unanswered[0]) {
      setMissing(new Set(unanswered.map((question) => question.name)));
      setChosen(unanswered[0].name);
      return;
    }
    forget();
    const counts = draftCounts(drafts, asked, answers, item);
    session.submit(cleanAnswers(form, answers, item), {
      ...timer.read(),
      reading: { ...reading.read(), ...(counts && { drafts: counts }) },
    });
  };

  const lease = task.lease ?? task.answeredLease ?? null;
  const act = (named: NamedAction, run: () => void, over: Partial<Action> = {}): Action => ({
    ...named,
    label: t(named.label),
    group: t(named.group),
    run,
    ...over,
  });
  const send = act(ANNOTATE.submit, submit, task.lease === null ? { label: t("Save correction") } : {});
  const skip = act(ANNOTATE.skip, () => setDialog("skip"), { when: () => task.lease !== null });
  const flag = act(ANNOTATE.flag, () => setDialog("flag"), { when: () => lease !== null });
  const inText = () => document.activeElement instanceof HTMLTextAreaElement;
  useActions([
    send,
    act(ANNOTATE.submitTyping, submit),
    skip,
    flag,
    act(ANNOTATE.write, write, { when: () => writing !== undefined }),
    act(ANNOTATE.useDraft, useDraft, { when: () => textWaiting(questions) !== undefined }),
    act(ANNOTATE.nextQuestion, () => step(1), { when: () => asked.length > 1 }),
    act(ANNOTATE.previousQuestion, () => step(-1), { when: () => asked.length > 1 }),
    ...look.actions,
    act(ANNOTATE.leaveText, () => (document.activeElement as HTMLElement).blur(), { when: inText }),
  ]);
  const shownTools = look.actions.filter((action) => action.icon && action.when?.());

  return (
    <>
      <div className="flex min-h-0 flex-1">
        <div ref={texts} className="flex min-w-0 flex-1 flex-col">
          <PromptPane
            item={item}
            questions={questions}
            open={look.promptOpen.open}
            onToggle={look.promptOpen.toggle}
            current={look.view.current}
            onCurrent={look.setCurrent}
          />
          <SourcesPanel
            materials={item.materials}
            open={look.sourcesOpen.open}
            onToggle={look.sourcesOpen.toggle}
          />
          <Responses
            item={item}
            questions={questions}
            view={look.view}
            panes={panes}
            onCurrent={look.setCurrent}
            onPair={look.setPair}
            onFocus={look.focus}
          />
        </div>
        {aside}
      </div>
      <section aria-label={t("Your verdict")} className="border-t border-line bg-canvas px-4 pt-2.5 pb-2">
        <div className="flex items-end gap-4 max-sm:flex-col max-sm:items-stretch max-sm:gap-2">
          <div className="min-w-0 flex-1">
            <Dock questions={questions} />
          </div>
          <ActionButton action={send} variant="primary" className="h-9 max-sm:h-11" />
        </div>
        <p
          role="status"
          className="min-h-5 pt-1 text-sm text-danger empty:max-sm:min-h-0 short:empty:min-h-0"
        >
          {questions
            .filter((each) => each.missing)
            .map((each) => missingSentence(each, t))
            .join(" ")}
          {state.error && t(state.error)}
        </p>
        <div className="flex flex-wrap items-center gap-x-1 gap-y-1 text-sm short:flex-nowrap short:overflow-x-auto">
          <ActionButton action={skip} size="sm" variant="ghost" />
          <ActionButton action={flag} size="sm" variant="ghost" />
          <ActionButton action={comments} size="sm" variant="ghost" />
          {shownTools.map((action) => (
            <ActionButton
              key={action.id}
              action={action}
              size="sm"
              variant="ghost"
              className="max-sm:hidden"
            />
          ))}
          <span className="flex-1" />
          {task.lease === null && (
            <span className="pe-2 text-accent-text">{t("Correcting an earlier answer")}</span>
          )}
          <div className="shrink-0 max-sm:shrink short:order-first short:pe-2">{status}</div>
        </div>
      </section>
      {dialog === "skip" && (
        <SkipDialog
          open={dialog === "skip"}
          onOpenChange={(open) => setDialog(open ? "skip" : null)}
          onSkip={(reason) => {
            forget();
            void session.skip(reason);
          }}
        />
      )}
      {dialog === "flag" && (
        <FlagDialog
          lease={lease}
          open={dialog === "flag"}
          onOpenChange={(open) => setDialog(open ? "flag" : null)}
        />
      )}
    </>
  );
}

function missingSentence({ question, answer, item }: QuestionProps, t: ReturnType<typeof useT>): string {
  return (
    questionModule(question.type).missingSentence?.(question, answer, item) ??
    t("Answer “{{title}}” first.", { title: question.title })
  );
}
