import { Component, lazy, type ReactNode, Suspense } from "react";
import { Badge, Icon } from "@/components/ui";
import type { Item } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { stepsOf } from "../questions/steps/cut";
import { textOf } from "../questions/targets";
import type {
  Answer,
  ChoiceAnswer,
  EditAnswer,
  PairwiseAnswer,
  Question,
  RankingAnswer,
  RatingsAnswer,
  RationaleAnswer,
  RationaleQuestion,
  SpansAnswer,
  SpansQuestion,
  StepsAnswer,
  StepsQuestion,
  TextAnswer,
  ThumbsAnswer,
} from "../questions/types";
import { EditReader } from "./edit-reader";
import { RatingsGrid } from "./ratings-grid";
import { RationaleText } from "./rationale-text";
import {
  byTarget,
  choiceWords,
  inOrder,
  type NameTarget,
  pairwiseWords,
  ranksInOrder,
  reasonWords,
} from "./words";

// Marks bring the parser of rendered text along, which most answers have no use for.
const SpansReader = lazy(() => import("./spans-reader"));

export interface ReaderProps {
  question: Question;
  answer: Answer;
  item: Item;
  name: NameTarget;
  /** Put below each marked text, such as its densities. */
  belowText?: (target: string, text: string) => ReactNode;
}

/** An answer of any type, to be read and not changed. */
export function AnswerReader(props: ReaderProps) {
  return (
    <Guard answer={props.answer}>
      <Suspense fallback={null}>
        <ByType {...props} />
      </Suspense>
    </Guard>
  );
}

/** The texts of an item with the marks of several people over each other. */
export function MarkedTexts({
  question,
  answers,
  item,
  name,
}: {
  question: SpansQuestion;
  answers: readonly SpansAnswer[];
  item: Item;
  name: NameTarget;
}) {
  return (
    <Guard answer={answers}>
      <Suspense fallback={null}>
        <SpansReader question={question} answer={answers} item={item} name={name} />
      </Suspense>
    </Guard>
  );
}

function ByType({ question, answer, item, name, belowText }: ReaderProps) {
  const of = <T extends Answer>() => answer as T;
  switch (question.type) {
    case "pairwise":
      return <p>{pairwiseWords(question, of<PairwiseAnswer>(), name)}</p>;
    case "ranking":
      return <Order answer={of<RankingAnswer>()} item={item} name={name} />;
    case "ratings":
      return <RatingsGrid question={question} answer={of<RatingsAnswer>()} item={item} name={name} />;
    case "spans":
      return <SpansReader {...{ question, item, name, belowText }} answer={of<SpansAnswer>()} />;
    case "rationale":
      return <Rationale question={question} answer={of<RationaleAnswer>()} name={name} />;
    case "edit":
      return <EditReader answer={of<EditAnswer>()} item={item} name={name} />;
    case "thumbs":
      return <Thumbs answer={of<ThumbsAnswer>()} name={name} />;
    case "steps":
      return <Steps question={question} answer={of<StepsAnswer>()} item={item} name={name} />;
    case "choice":
      return (
        <Lines
          entries={byTarget<string | string[]>(of<ChoiceAnswer>())}
          name={name}
          words={(value) => choiceWords(question, value)}
        />
      );
    case "text":
      return <Lines entries={byTarget<string>(of<TextAnswer>())} name={name} words={(text) => text} />;
  }
}

function Lines<V>({
  entries,
  name,
  words,
}: {
  entries: [string, V][];
  name: NameTarget;
  words: (value: V) => string;
}) {
  return (
    <ul className="flex flex-col gap-1">
      {inOrder(entries, name).map(([target, value]) => (
        <li key={target} className="flex gap-3">
          {target !== "item" && <span className="w-24 shrink-0 text-muted">{name(target)}</span>}
          <span dir="auto" className="max-w-[72ch] whitespace-pre-wrap [overflow-wrap:anywhere]">
            {words(value)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Order({ answer, item, name }: { answer: RankingAnswer; item: Item; name: NameTarget }) {
  if (!("ranks" in answer)) return <p>Not rankable</p>;
  const unranked = item.responses.filter((each) => !(each.response_id in answer.ranks));
  return (
    <ol className="flex flex-col gap-1">
      {ranksInOrder(answer).map(([rank, ids]) => (
        <li key={rank} className="flex gap-3">
          <span className="num w-6 text-end text-muted">{rank}</span>
          <span>{ids.map(name).join(" = ")}</span>
        </li>
      ))}
      {unranked.length > 0 && (
        <li className="ps-9 text-muted">
          Not ranked: {unranked.map((each) => name(each.response_id)).join(", ")}
        </li>
      )}
    </ol>
  );
}

function Rationale({
  question,
  answer,
  name,
}: {
  question: RationaleQuestion;
  answer: RationaleAnswer;
  name: NameTarget;
}) {
  return (
    <div className="flex flex-col gap-2">
      {answer.reasons.length > 0 && (
        <p className="flex flex-wrap gap-1">
          {reasonWords(question, answer).map((reason) => (
            <Badge key={reason}>{reason}</Badge>
          ))}
        </p>
      )}
      <RationaleText answer={answer} name={name} />
    </div>
  );
}

function Thumbs({ answer, name }: { answer: ThumbsAnswer; name: NameTarget }) {
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-1">
      {inOrder(Object.entries(answer), name).map(([target, thumb]) => (
        <li key={target} className="flex items-center gap-2">
          {target !== "item" && <span className="text-muted">{name(target)}</span>}
          <Badge tone={thumb === "up" ? "ok" : "danger"} icon={thumb === "up" ? "check" : "close"}>
            {thumb === "up" ? "Thumb up" : "Thumb down"}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

const TONES = { good: "ok", neutral: "neutral", bad: "danger" } as const;
const LABELS = { good: "Good", neutral: "Neutral", bad: "Bad" };

function Steps({
  question,
  answer,
  item,
  name,
}: {
  question: StepsQuestion;
  answer: StepsAnswer;
  item: Item;
  name: NameTarget;
}) {
  return inOrder(Object.entries(answer), name).map(([target, { labels, first_error }]) => {
    const text = textOf(item, target) ?? "";
    const steps = stepsOf(text, question.split);
    return (
      <section key={target} className="mb-3 last:mb-0">
        <h3 className="mb-1 text-sm font-medium text-muted">{name(target)}</h3>
        <ol className="border-t border-line">
          {labels.map((label, index) => {
            const step = steps[index];
            const first = first_error === index;
            return (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place.
                key={index}
                className={cx("flex gap-3 border-b border-line py-1.5", first && "bg-danger-soft")}
              >
                <span className="num w-5 shrink-0 text-end text-faint">{index + 1}</span>
                <span dir="auto" className="min-w-0 flex-1 whitespace-pre-wrap [overflow-wrap:anywhere]">
                  {step ? text.slice(step.start, step.end) : "This step is not in the text any more."}
                </span>
                <span className="flex shrink-0 flex-col items-end gap-1">
                  {label ? <Badge tone={TONES[label]}>{LABELS[label]}</Badge> : <Badge>No label</Badge>}
                  {first && <span className="text-xs text-danger">first error</span>}
                </span>
              </li>
            );
          })}
        </ol>
        {first_error === "none" && (
          <p className="flex items-center gap-1 pt-1 text-sm text-ok">
            <Icon name="check" /> No error in any step
          </p>
        )}
      </section>
    );
  });
}

/** Annotations come from files too, and one of an odd shape must not take the page with it. */
class Guard extends Component<{ answer: unknown; children: ReactNode }, { failed: unknown }> {
  override state: { failed: unknown } = { failed: null };

  static getDerivedStateFromError(failed: unknown) {
    return { failed };
  }

  override render() {
    if (this.state.failed === null) return this.props.children;
    return (
      <pre className="max-h-60 overflow-auto rounded-md bg-sunken p-2 font-mono text-xs">
        {JSON.stringify(this.props.answer, null, 2)}
      </pre>
    );
  }
}
