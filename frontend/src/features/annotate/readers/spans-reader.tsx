import type { ReactNode } from "react";
import type { Item } from "@/lib/api/types";
import { AnsweredSpans } from "../questions/spans/answered-spans";
import { textOf } from "../questions/targets";
import type { SpansAnswer, SpansQuestion, Target } from "../questions/types";
import type { NameTarget } from "./words";

interface Props {
  question: SpansQuestion;
  /** One answer, or those of several people. */
  answer: SpansAnswer | readonly SpansAnswer[];
  item: Item;
  name: NameTarget;
  belowText?: ((target: Target, text: string) => ReactNode) | undefined;
}

/** Every text that was marked, with its marks. */
export default function SpansReader({ question, answer, item, name, belowText }: Props) {
  const answers = [answer].flat() as SpansAnswer[];
  const targets = new Set(
    answers.flatMap((each) => [
      ...each.marks.map((mark) => mark.target),
      ...each.omissions.map((omission) => omission.target),
      ...each.no_error,
    ]),
  );
  const order = [
    ...item.prompt.map((_, index) => `turn:${index}`),
    ...item.responses.map((each) => each.response_id),
  ];
  const shown = [...targets].sort((one, other) => order.indexOf(one) - order.indexOf(other));
  return shown.map((target) => {
    const text = textOf(item, target);
    return (
      <section key={target} className="mb-4 last:mb-0">
        {(shown.length > 1 || item.responses.length > 1) && (
          <h3 className="mb-1 text-sm font-medium text-muted">{name(target)}</h3>
        )}
        {text === undefined ? (
          <p className="text-muted">The text that was marked is not here any more.</p>
        ) : (
          <>
            <AnsweredSpans text={text} target={target} answer={answer} question={question} compact />
            {belowText?.(target, text)}
          </>
        )}
      </section>
    );
  });
}
