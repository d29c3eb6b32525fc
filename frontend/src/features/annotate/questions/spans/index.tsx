import { lazy, Suspense } from "react";
import { Markdown } from "@/components/markdown";
import type { PaneProps, QuestionModule, QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import type { SpansAnswer, SpansQuestion } from "../types";
import { EMPTY, factsOf, isComplete, isEmpty, withHashes } from "./answer";
import { missingWords } from "./missing";

const SpansDock = lazy(() => import("./spans-dock"));
const SpansPane = lazy(() => import("./spans-pane"));

function Dock(props: QuestionProps<SpansQuestion, SpansAnswer>) {
  return (
    <Suspense fallback={<QuestionLine {...props}>{null}</QuestionLine>}>
      <SpansDock {...props} />
    </Suspense>
  );
}

function PaneBody(props: PaneProps<SpansQuestion, SpansAnswer>) {
  const plain = <Markdown text={props.text} />;
  // Earlier turns are marked only where the question asks for it.
  if (props.target.startsWith("turn:") && !props.question.prompt_turns) return plain;
  return (
    <Suspense fallback={plain}>
      <SpansPane {...props} />
    </Suspense>
  );
}

/** Errors marked in the texts, what is missing from them, and an explicit "no errors found". */
export const spans: QuestionModule<SpansQuestion, SpansAnswer> = {
  isAnswered: (question, answer, item) => answer !== undefined && isComplete(question, answer, item),
  clean: (_question, answer, item) =>
    answer === undefined || isEmpty(answer) ? undefined : withHashes(answer, item),
  missingSentence: (question, answer = EMPTY, item) => missingWords(question, answer, item),
  facts: (_question, answer) => factsOf(answer),
  Dock,
  PaneBody,
};
