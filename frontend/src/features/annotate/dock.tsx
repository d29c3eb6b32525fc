import { useEffect, useRef } from "react";
import type { QuestionProps } from "./questions/module";
import { questionModule } from "./questions/registry";

/** The questions, always in sight below the responses; the active one is scrolled to when there are many. */
export function Dock({ questions }: { questions: QuestionProps[] }) {
  const list = useRef<HTMLDivElement>(null);
  const active = questions.find((each) => each.active)?.question.name;
  useEffect(() => {
    const line = active && list.current?.querySelector(`[data-question="${active}"]`);
    if (line) line.scrollIntoView({ block: "nearest" });
  }, [active]);
  // The padding has room for the outline of what has the focus.
  return (
    <div
      ref={list}
      className="-m-1 flex max-h-[45dvh] short:max-h-[28dvh] flex-col gap-2 overflow-y-auto p-1"
    >
      {places(questions).map((place) => {
        if (typeof place === "string") return <div key={place} className="h-9 shrink-0 max-sm:hidden" />;
        const { Dock: Line } = questionModule(place.question.type);
        return <Line key={place.question.name} {...place} />;
      })}
    </div>
  );
}

/** So many questions that answers may yet bring up have their place kept; more would be a lot of empty page. */
const KEPT = 2;

/** The questions in the form's order, and the names of those not asked yet, whose lines stay empty till then. */
function places(questions: QuestionProps[]): (QuestionProps | string)[] {
  const asked = new Map(questions.map((props) => [props.question.name, props]));
  let kept = 0;
  return (questions[0]?.form.questions ?? []).flatMap<QuestionProps | string>(({ name }) => {
    const props = asked.get(name);
    if (props) return [props];
    kept += 1;
    return kept <= KEPT ? [name] : [];
  });
}
