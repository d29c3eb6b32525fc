import { useSyncExternalStore } from "react";
import { Markdown } from "@/components/markdown";
import type { PaneProps, QuestionProps } from "./questions/module";
import { questionModule } from "./questions/registry";

interface Props {
  questions: QuestionProps[];
  target: string;
  text: string;
  images?: string[] | undefined;
  focused: boolean;
}

const never = () => () => undefined;

/** One text of the item: as the active question wants it drawn, else as rendered markdown. */
export function TargetBody({ questions, ...target }: Props) {
  const active = questions.find((each) => each.active);
  const module = active && questionModule(active.question.type);
  const wanted = active && module?.paneWanted?.(active.question, active.item);
  const open = useSyncExternalStore(wanted?.subscribe ?? never, () => wanted?.get() ?? true);
  const Body = module?.PaneBody;
  if (active && Body && open) return <Body {...paneProps(active, target)} />;
  return <Markdown text={target.text} />;
}

/** The small controls that questions put beside the heading of each text. */
export function TargetHeader({ questions, ...target }: Props) {
  return (
    <span className="ms-auto inline-flex flex-wrap items-center gap-x-3 empty:hidden">
      {questions.map((each) => {
        const { PaneHeader } = questionModule(each.question.type);
        return PaneHeader && <PaneHeader key={each.question.name} {...paneProps(each, target)} />;
      })}
    </span>
  );
}

function paneProps(props: QuestionProps, { images, ...target }: Omit<Props, "questions">): PaneProps {
  return { ...props, ...target, ...(images && { images }) };
}
