import { Markdown } from "@/components/markdown";
import { loadable } from "@/lib/loadable";
import type { PaneProps, QuestionModule, QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import type { SpansAnswer, SpansQuestion } from "../types";
import { EMPTY, factsOf, isComplete, isEmpty, withHashes } from "./answer";
import { missingWords } from "./missing";

type Asked = QuestionProps<SpansQuestion, SpansAnswer>;
type Pane = PaneProps<SpansQuestion, SpansAnswer>;

const Line = (props: Asked) => <QuestionLine {...props}>{null}</QuestionLine>;
const Plain = ({ text }: Pane) => <Markdown text={text} />;
const SpansDock = loadable<Asked>(() => import("./spans-dock"), Line);
const SpansPane = loadable<Pane>(() => import("./spans-pane"), Plain);

function PaneBody(props: Pane) {
  // Earlier turns are marked only where the question asks for it.
  const unmarked = props.target.startsWith("turn:") && !props.question.prompt_turns;
  return unmarked ? <Plain {...props} /> : <SpansPane {...props} />;
}

/** Errors marked in the texts, what is missing from them, and an explicit "no errors found". */
export const spans: QuestionModule<SpansQuestion, SpansAnswer> = {
  isAnswered: (question, answer, item) => answer !== undefined && isComplete(question, answer, item),
  clean: (_question, answer, item) =>
    answer === undefined || isEmpty(answer) ? undefined : withHashes(answer, item),
  missingSentence: (question, answer = EMPTY, item) => missingWords(question, answer, item),
  facts: (_question, answer) => factsOf(answer),
  Dock: SpansDock,
  PaneBody,
};
