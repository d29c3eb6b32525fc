import { Markdown } from "@/components/markdown";
import { IconButton } from "@/components/ui";
import type { Item } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import type { QuestionProps } from "./questions/module";
import { TargetBody, TargetHeader } from "./target-text";

const SPEAKERS: Record<string, string> = { user: "Person", assistant: "Assistant", system: "Instructions" };

interface Props {
  item: Item;
  questions: QuestionProps[];
  open: boolean;
  onToggle: () => void;
}

/** The conversation the responses answer; one line when folded. */
export function PromptPane({ item, questions, open, onToggle }: Props) {
  const last = item.prompt.at(-1);
  return (
    <section aria-label="Prompt" className="border-b border-line bg-subtle">
      <div className="flex items-start gap-2 px-4 py-2">
        <IconButton
          icon={open ? "chevron-down" : "chevron-right"}
          label={open ? "Fold the prompt (p)" : "Show the prompt (p)"}
          size="sm"
          aria-expanded={open}
          className="mt-0.5 -ml-1"
          onClick={onToggle}
        />
        {open ? (
          <section
            className="max-h-[34vh] max-sm:max-h-[20vh] min-w-0 flex-1 overflow-y-auto"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
            tabIndex={0}
            aria-label="Prompt text"
          >
            {item.context && (
              <p className="mb-2 max-w-[72ch] rounded-sm border-l-2 border-accent bg-canvas px-3 py-1.5 text-muted">
                <span className="font-medium text-fg">Judge by: </span>
                {item.context}
              </p>
            )}
            <Turns item={item} questions={questions} />
          </section>
        ) : (
          <p dir="auto" className="min-w-0 flex-1 truncate py-0.5 text-muted">
            {last?.content}
          </p>
        )}
      </div>
    </section>
  );
}

function Turns({ item, questions }: Pick<Props, "item" | "questions">) {
  if (item.prompt.length === 1 && item.prompt[0]?.role === "user")
    return <Markdown text={item.prompt[0].content} />;
  const turn = (index: number, message: Item["prompt"][number]) => ({
    questions,
    target: `turn:${index}`,
    text: message.content,
    images: message.images,
    focused: false,
  });
  return (
    <ol className="flex flex-col gap-3">
      {item.prompt.map((message, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: turns have no identity but their place.
          key={index}
          className={cx("grid grid-cols-[88px_1fr] gap-3 max-sm:grid-cols-1 max-sm:gap-0.5")}
        >
          <span className="pt-0.5 text-sm text-faint">{SPEAKERS[message.role] ?? message.role}</span>
          {message.role === "assistant" ? (
            <div className="min-w-0">
              <TargetHeader {...turn(index, message)} />
              <TargetBody {...turn(index, message)} />
            </div>
          ) : (
            <Markdown text={message.content} />
          )}
        </li>
      ))}
    </ol>
  );
}
