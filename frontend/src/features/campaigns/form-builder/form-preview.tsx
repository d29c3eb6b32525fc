import { Component, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { Button, Select } from "@/components/ui";
import {
  activeQuestion,
  askedQuestions,
  cleanAnswers,
  missingQuestions,
  PromptPane,
  type QuestionProps,
  questionModule,
  Responses,
  SourcesPanel,
  type View,
} from "@/features/annotate/kit";
import type { Answer, Answers, Form, Item, Question } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { bestSample, SAMPLES, type SampleKind, sampleItem } from "./sample";

interface Props {
  questions: readonly Question[];
  /** Questions with faults, which are left out. */
  leftOut?: number;
  /** The template's name, which may speak of images. */
  hint?: string;
}

/** The annotation page's own panes and dock over a sample item, to be tried out. */
export function FormPreview({ questions, leftOut = 0, hint }: Props) {
  const [chosen, setChosen] = useState<SampleKind | null>(null);
  const kind = chosen ?? bestSample(questions, hint);
  const item = useMemo(() => sampleItem(kind), [kind]);
  const [round, setRound] = useState(0);
  const shape = questions.map((each) => `${each.name}:${each.type}`).join();
  return (
    <section aria-label="Preview" className="flex min-h-0 flex-1 flex-col">
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <h2 className="flex-1 text-base">Try it</h2>
        <Select
          aria-label="Sample item"
          className="w-44!"
          value={kind}
          options={SAMPLES.map((each) => ({ value: each.kind, label: each.label }))}
          onChange={(event) => setChosen(event.target.value as SampleKind)}
        />
        <Button icon="retry" onClick={() => setRound(round + 1)}>
          Clear answers
        </Button>
      </div>
      {questions.length === 0 ? (
        <p className="border-y border-line py-10 text-muted">
          The page annotators see appears here with the first question.
        </p>
      ) : (
        <Guard key={`${kind} ${round} ${shape}`} watched={questions}>
          <Stage questions={questions} item={item} />
        </Guard>
      )}
      {leftOut > 0 && (
        <p className="pt-2 text-sm text-muted">
          {countOf(leftOut, "question")} left out here until {leftOut === 1 ? "it is" : "they are"} correct.
        </p>
      )}
    </section>
  );
}

function Stage({ questions, item }: { questions: readonly Question[]; item: Item }) {
  const [answers, setAnswers] = useState<Answers>({});
  const [chosen, setChosen] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const panes = useRef<(HTMLElement | null)[]>([]);
  const [promptOpen, setPromptOpen] = useState(true);
  const [sourcesOpen, setSourcesOpen] = useState(false);
  const [current, setCurrent] = useState(item.responses[0]?.response_id ?? "");
  const form: Form = { id: 0, version: 0, questions: [...questions] } as Form;

  const asked = askedQuestions(form, answers, item).map(({ question, required }) => ({
    ...question,
    required,
  }));
  const active = activeQuestion(asked, answers, item, chosen);
  const missing = missingQuestions(form, answers, item);
  const change = (name: string, answer: Answer | undefined) => {
    setAnswers(({ [name]: _, ...others }) => (answer === undefined ? others : { ...others, [name]: answer }));
  };
  const props: QuestionProps[] = asked.map((question) => ({
    question,
    answer: answers[question.name],
    item,
    active: question === active,
    missing: tried && missing.some((each) => each.name === question.name),
    answers,
    form,
    onChange: (answer) => change(question.name, answer),
    onActivate: () => setChosen(question.name),
    onCurrent: setCurrent,
    onDone: () => setChosen(null),
  }));
  const view: View = {
    layout: item.responses.length > 3 ? "grid" : "columns",
    focused: null,
    diff: false,
    synced: false,
    current,
  };
  const stored = cleanAnswers(form, answers, item);
  const hidden = questions.length - asked.length;
  return (
    <>
      <div className="flex h-[min(68vh,720px)] min-h-[420px] flex-col overflow-hidden rounded-md border border-line bg-canvas">
        <PromptPane
          item={item}
          questions={props}
          open={promptOpen}
          onToggle={() => setPromptOpen(!promptOpen)}
          current={current}
          onCurrent={setCurrent}
        />
        {questions.some(pointsToSources) && (
          <SourcesPanel
            materials={item.materials}
            open={sourcesOpen}
            onToggle={() => setSourcesOpen(!sourcesOpen)}
          />
        )}
        <Responses item={item} questions={props} view={view} panes={panes} onCurrent={setCurrent} />
        <DockLines questions={props} />
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-2 text-sm">
        <Button size="sm" onClick={() => setTried(true)}>
          Check answers
        </Button>
        <p role="status" className="min-w-0 flex-1 text-muted">
          {tried &&
            (missing.length > 0
              ? `Still missing: ${missing.map((each) => `“${each.title}”`).join(", ")}.`
              : Object.keys(stored).length > 0
                ? "Nothing is missing: this would be stored."
                : "Nothing has to be answered, and nothing is.")}
        </p>
        {hidden > 0 && (
          <p className="text-muted">{countOf(hidden, "question")} not shown with these answers</p>
        )}
      </div>
      {Object.keys(stored).length > 0 && (
        <details className="pt-1 text-sm">
          <summary className="text-muted">The answers as they are stored</summary>
          <pre className="mt-1 max-h-60 overflow-auto rounded-md bg-sunken p-2 font-mono text-xs">
            {JSON.stringify(stored, null, 2)}
          </pre>
        </details>
      )}
    </>
  );
}

/** Sources are shown where marks point to them, as every real item with sources shows them. */
function pointsToSources(question: Question): boolean {
  return (
    question.type === "spans" &&
    [...question.categories, ...question.omissions].some((each) => each.evidence === "passage")
  );
}

/** The dock as on the page, but for what it scrolls: itself, never the builder around it. */
function DockLines({ questions }: { questions: QuestionProps[] }) {
  const list = useRef<HTMLDivElement>(null);
  const active = questions.find((each) => each.active)?.question.name ?? "";
  useEffect(() => {
    const line = list.current?.querySelector(`[data-question="${CSS.escape(active)}"]`);
    if (!list.current || !line) return;
    const [outer, inner] = [list.current.getBoundingClientRect(), line.getBoundingClientRect()];
    if (inner.top < outer.top) list.current.scrollTop += inner.top - outer.top;
    else if (inner.bottom > outer.bottom) list.current.scrollTop += inner.bottom - outer.bottom;
  }, [active]);
  return (
    <div
      ref={list}
      className="flex max-h-[45%] shrink-0 flex-col gap-2 overflow-y-auto border-t border-line px-4 pt-2.5 pb-2"
    >
      {questions.map((props) => {
        const { Dock: Line } = questionModule(props.question.type);
        return <Line key={props.question.name} {...props} />;
      })}
    </div>
  );
}

/** A definition that is half written must not take the builder down with it. */
class Guard extends Component<{ watched: unknown; children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(before: { watched: unknown }) {
    if (this.state.error && before.watched !== this.props.watched) this.setState({ error: null });
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <p role="alert" className="border-y border-line py-10 text-muted">
        The preview cannot show this form yet: {this.state.error.message}
      </p>
    );
  }
}
