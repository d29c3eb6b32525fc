import { lazy, type RefObject, Suspense, useRef } from "react";
import { Kbd } from "@/components/ui";
import type { Item } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import type { QuestionProps } from "./questions/module";
import { TargetBody, TargetHeader } from "./target-text";

const WordDiff = lazy(() => import("./word-diff"));

export type Layout = "columns" | "stack";
export const SIDE_NAMES = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth"];

export interface View {
  layout: Layout;
  /** Only this response is shown, in full width. */
  focused: number | null;
  diff: boolean;
  synced: boolean;
}

interface Props {
  item: Item;
  questions: QuestionProps[];
  view: View;
  panes: RefObject<(HTMLElement | null)[]>;
}

/** The responses side by side, below each other, or one alone. They carry no colour, so that colour never votes. */
export function Responses({ item, questions, view, panes }: Props) {
  const scrolling = useRef(false);
  const shown = item.responses
    .map((response, index) => ({ response, index }))
    .filter(({ index }) => view.focused === null || view.focused === index);

  const follow = (source: HTMLElement) => {
    if (!view.synced || scrolling.current) return;
    scrolling.current = true;
    const share = source.scrollTop / Math.max(source.scrollHeight - source.clientHeight, 1);
    for (const pane of panes.current) {
      if (pane && pane !== source) pane.scrollTop = share * (pane.scrollHeight - pane.clientHeight);
    }
    requestAnimationFrame(() => {
      scrolling.current = false;
    });
  };

  const stacked = view.layout === "stack" && view.focused === null;
  return (
    <div
      className={cx(
        "min-h-0 flex-1",
        stacked ? "divide-y divide-line overflow-y-auto" : "flex divide-x divide-line overflow-hidden",
        // On a phone each response is a pane of its own to swipe between.
        !stacked && "max-sm:snap-x max-sm:snap-mandatory max-sm:overflow-x-auto",
      )}
    >
      {shown.map(({ response, index }) => {
        const other = item.responses[index === 0 ? 1 : 0];
        const target = {
          questions,
          target: response.response_id,
          text: response.content,
          images: response.images,
          focused: (view.focused ?? 0) === index,
        };
        return (
          <section
            key={response.response_id}
            ref={(node) => {
              panes.current[index] = node;
            }}
            aria-label={`${SIDE_NAMES[index]} response`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
            tabIndex={0}
            onScroll={(event) => follow(event.currentTarget)}
            className={cx(
              "min-w-0 px-4 pt-2 pb-6 max-sm:snap-start",
              !stacked && "flex-1 overflow-y-auto max-sm:min-w-full max-sm:shrink-0",
            )}
          >
            <h2 className="mb-2 flex items-center gap-2 text-sm font-medium text-faint">
              {SIDE_NAMES[index]}
              <span className="max-sm:hidden">
                {view.focused === null ? (
                  index < 2 && <Kbd keys={index === 0 ? "[" : "]"} />
                ) : (
                  <span>alone; Esc shows both</span>
                )}
              </span>
              {item.responses.length > 1 && <span className="sm:hidden">· swipe for the other</span>}
              <TargetHeader {...target} />
            </h2>
            {view.diff && other ? (
              <Suspense fallback={null}>
                <WordDiff text={response.content} against={other.content} />
              </Suspense>
            ) : (
              <TargetBody {...target} />
            )}
          </section>
        );
      })}
    </div>
  );
}
