import { act, fireEvent, render } from "@testing-library/react";
import { useRef, useState } from "react";
import { registry } from "@/actions";
import { bindKeyboard } from "@/actions/keyboard";
import { Dock } from "@/features/annotate/dock";
import {
  activeQuestion,
  askedQuestions,
  cleanAnswers,
  missingQuestions,
} from "@/features/annotate/form-state";
import type { QuestionProps } from "@/features/annotate/questions/module";
import { responseTargets, textOf, turnTargets } from "@/features/annotate/questions/targets";
import { TargetHeader } from "@/features/annotate/target-text";
import type { Answers, Form, Item, Question } from "@/lib/api/types";

/** Three responses to a question, told apart by their ids. */
export const ITEM: Item = {
  id: 1,
  position: 0,
  prompt: [{ role: "user", content: "Which?" }],
  responses: ["aa", "bb", "cc"].map((id) => ({ response_id: id, content: `The answer of ${id}.` })),
  context: null,
};

export const PAIR: Item = { ...ITEM, responses: ITEM.responses.slice(0, 2) };

let answers: Answers = {};
let form: Form;
let item: Item;
let shown = 0;

/** What the page does with its questions, without the rest of it. */
function Page() {
  const [state, setState] = useState<Answers>({});
  const [chosen, setChosen] = useState<string | null>(null);
  const [current, setCurrent] = useState(item.responses[0]?.response_id);
  const last = useRef<string | null>(null);
  answers = state;
  const asked = askedQuestions(form, state, item).map(({ question, required }) => ({
    ...question,
    required,
  }));
  const active = activeQuestion(asked, state, item, chosen, last.current);
  last.current = active?.name ?? null;
  const questions: QuestionProps[] = asked.map((question) => ({
    question,
    answer: state[question.name],
    item,
    active: question === active,
    missing: false,
    answers: state,
    form,
    onChange: (answer) =>
      setState(({ [question.name]: _, ...others }) =>
        answer === undefined ? others : { ...others, [question.name]: answer },
      ),
    onActivate: () => setChosen(question.name),
    onDone: () => setChosen(null),
    onCurrent: setCurrent,
  }));
  const targets = [...new Set([...turnTargets(item), ...responseTargets(item)])];
  return (
    <>
      {targets.map((target) => (
        <section key={target} aria-label={`Pane ${target}`}>
          <button type="button" onClick={() => setCurrent(target)}>
            {`Go to ${target}`}
          </button>
          <TargetHeader
            questions={questions}
            target={target}
            text={textOf(item, target) ?? ""}
            focused={target === current}
          />
        </section>
      ))}
      <section aria-label="Dock">
        <Dock questions={questions} />
      </section>
    </>
  );
}

/** Shows the questions as annotators see them; parts left out get harmless values. */
export function ask(questions: (Partial<Question> & { type: Question["type"] })[], about: Item = ITEM) {
  answers = {};
  // Where the keys are is remembered by item.
  shown += 1;
  item = { ...about, id: shown };
  const whole = questions.map((each, index) => ({
    name: `q${index}`,
    title: `Question ${index}`,
    required: true,
    ...each,
  }));
  form = { id: 1, version: 1, questions: whole as Question[] };
  const unbind = bindKeyboard(registry);
  const { unmount } = render(<Page />);
  return () => {
    unmount();
    unbind();
  };
}

export function press(...keys: string[]) {
  for (const key of keys) act(() => void fireEvent.keyDown(document.body, { key }));
}

/** The answers on screen, and those that would be sent. */
export const given = () => answers;
export const sent = () => cleanAnswers(form, answers, item);
export const missing = () => missingQuestions(form, answers, item).map((question) => question.name);
/** The question whose keys are printed. */
export function activeLine(): string | null {
  const printed = document.querySelector('[aria-label="Dock"] kbd');
  return printed?.closest("[data-question]")?.getAttribute("data-question") ?? null;
}
