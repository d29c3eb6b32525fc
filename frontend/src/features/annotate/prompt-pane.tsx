import { Markdown } from "@/components/markdown";
import { IconButton } from "@/components/ui";
import type { Item } from "@/lib/api/types";
import { msg, useT } from "@/lib/i18n";
import { ImageFrames } from "./images/frames";
import { usePictures } from "./images/pictures";
import type { QuestionProps } from "./questions/module";
import { TargetBody, TargetHeader } from "./target-text";

const SPEAKERS: Record<string, string> = {
  user: msg("Person"),
  assistant: msg("Assistant"),
  system: msg("Instructions"),
};

interface Props {
  item: Item;
  questions: QuestionProps[];
  open: boolean;
  onToggle: () => void;
  /** The text that keys of a question work on. */
  current?: string | undefined;
  onCurrent?: (target: string) => void;
}

/** The conversation the responses answer; one line when folded. */
export function PromptPane({ item, questions, open, onToggle, current, onCurrent }: Props) {
  const t = useT();
  const last = item.prompt.at(-1);
  return (
    <section aria-label={t("Prompt")} className="border-b border-line bg-subtle">
      <div className="flex items-start gap-2 px-4 py-2">
        <IconButton
          icon={open ? "chevron-down" : "chevron-right"}
          label={open ? t("Fold the prompt") : t("Show the prompt")}
          size="sm"
          aria-expanded={open}
          className="-ms-1 mt-0.5 shrink-0"
          onClick={onToggle}
        />
        {open ? (
          <section
            className="max-h-[34dvh] min-w-0 flex-1 overflow-y-auto max-sm:max-h-[20dvh] short:max-h-[18dvh]"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
            tabIndex={0}
            aria-label={t("Prompt text")}
          >
            {item.context && (
              <p
                dir="auto"
                className="mb-2 max-w-[72ch] rounded-sm border-s-2 border-accent bg-canvas px-3 py-1.5 text-muted"
              >
                <span className="font-medium text-fg">{t("Judge by:")} </span>
                {item.context}
              </p>
            )}
            <Turns item={item} questions={questions} current={current} onCurrent={onCurrent} />
          </section>
        ) : (
          <p dir="auto" className="min-w-0 flex-1 truncate py-0.5 text-muted">
            {item.context ?? last?.content}
          </p>
        )}
      </div>
    </section>
  );
}

function Turns({ item, questions, current, onCurrent }: Omit<Props, "open" | "onToggle">) {
  const t = useT();
  const pictures = usePictures(item);
  const frames = (index: number) => {
    const own = pictures.ofTurn(index);
    return own.length > 0 && <ImageFrames small pictures={own} others={pictures.all()} />;
  };
  const only = item.prompt.length === 1 ? item.prompt[0] : undefined;
  if (only?.role === "user") {
    return (
      <>
        <Markdown text={only.content} className={only.images?.length ? "mb-2" : undefined} />
        {frames(0)}
      </>
    );
  }
  return (
    <ol className="flex flex-col gap-3">
      {item.prompt.map((message, index) => {
        const target = `turn:${index}`;
        const choose = () => current !== target && onCurrent?.(target);
        const turn = {
          questions,
          target,
          text: message.content,
          images: message.images,
          focused: current === target,
        };
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: turns have no identity but their place.
            key={index}
            className="grid grid-cols-[88px_1fr] gap-3 max-sm:grid-cols-1 max-sm:gap-0.5"
          >
            <span className="pt-0.5 text-sm text-faint">{t(SPEAKERS[message.role] ?? message.role)}</span>
            {message.role === "assistant" ? (
              // biome-ignore lint/a11y/noStaticElementInteractions: only notes which text is being read.
              <div className="min-w-0" onPointerDown={choose} onFocus={choose}>
                <TargetHeader {...turn} />
                {frames(index)}
                <div data-target={target}>
                  <TargetBody {...turn} />
                </div>
              </div>
            ) : (
              <div className="min-w-0">
                <Markdown text={message.content} className={message.images?.length ? "mb-2" : undefined} />
                {frames(index)}
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
