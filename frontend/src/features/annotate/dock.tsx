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
  return (
    <div ref={list} className="flex max-h-[45dvh] flex-col gap-2 overflow-y-auto">
      {questions.map((props) => {
        const { Dock: Line } = questionModule(props.question.type);
        return <Line key={props.question.name} {...props} />;
      })}
    </div>
  );
}
