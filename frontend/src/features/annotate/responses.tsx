import { type RefObject, useRef } from "react";
import { useKeyOf } from "@/actions";
import { Kbd } from "@/components/ui";
import type { Item } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { loadable } from "@/lib/loadable";
import { DiffBar } from "./diff-bar";
import { ImageFrames } from "./images/frames";
import { usePictures } from "./images/pictures";
import { PaneDots } from "./pane-dots";
import type { QuestionProps } from "./questions/module";
import { useSideNames } from "./side-names";
import { TargetBody, TargetHeader } from "./target-text";

const WordDiff = loadable(() => import("./word-diff"));

export type Layout = "columns" | "grid" | "stack" | "focus";

export interface View {
  layout: Layout;
  /** Only this response is shown, in full width. */
  focused: number | null;
  diff: boolean;
  /** The two responses whose differences are shown. */
  pair?: [number, number];
  synced: boolean;
  /** The text that keys of a question work on: a response's id or a turn. */
  current?: string;
}

interface Props {
  item: Item;
  questions: QuestionProps[];
  view: View;
  panes: RefObject<(HTMLElement | null)[]>;
  onCurrent?: (target: string) => void;
  onPair?: (pair: [number, number]) => void;
  onFocus?: (index: number) => void;
}

/** The responses side by side, below each other, or one alone. They carry no colour, so that colour never votes. */
export function Responses({ item, questions, view, panes, onCurrent, onPair, onFocus }: Props) {
  const row = useRef<HTMLDivElement>(null);
  const follow = useFollow(view.synced, panes);
  const total = item.responses.length;
  const [one, two] = view.pair ?? [0, 1];
  const comparing = view.diff && total > 1;
  const shown = item.responses
    .map((response, index) => ({ response, index }))
    .filter(({ index }) =>
      comparing ? index === one || index === two : view.focused === null || view.focused === index,
    );
  const layout = comparing || shown.length === 1 ? "columns" : view.layout;

  return (
    <>
      {comparing && total > 2 && onPair && <DiffBar responses={total} pair={[one, two]} onPair={onPair} />}
      <div
        ref={row}
        onScroll={(event) => {
          // On a phone, swiping to a pane makes it the current one.
          const { scrollLeft, clientWidth } = event.currentTarget;
          const at = Math.round(Math.abs(scrollLeft) / Math.max(1, clientWidth));
          const id = shown[at]?.response.response_id;
          if (isPhone() && id && id !== view.current) onCurrent?.(id);
        }}
        className={cx("min-h-0 flex-1", ROWS[layout === "focus" ? "columns" : layout])}
        style={
          layout === "grid"
            ? { gridTemplateColumns: `repeat(${Math.ceil(shown.length / 2)}, minmax(0, 1fr))` }
            : undefined
        }
      >
        {shown.map(({ response, index }) => (
          <Pane
            key={response.response_id}
            item={item}
            index={index}
            questions={questions}
            against={comparing ? item.responses[index === one ? two : one]?.content : undefined}
            scrolls={layout !== "stack"}
            crowded={layout === "columns" && shown.length > 3}
            current={(view.current ?? item.responses[0]?.response_id) === response.response_id}
            alone={view.focused === index && total > 1}
            onCurrent={onCurrent}
            onScroll={follow}
            place={(node) => {
              panes.current[index] = node;
            }}
          />
        ))}
        {layout === "grid" && shown.length % 2 === 1 && <div className="bg-canvas max-sm:hidden" />}
      </div>
      {total > 1 && (
        <PaneDots
          responses={shown.map(({ index }) => index)}
          current={shown.findIndex(({ response }) => response.response_id === view.current)}
          onGo={(at) => row.current?.children[at]?.scrollIntoView({ inline: "start", block: "nearest" })}
        />
      )}
      {view.layout === "focus" && !comparing && onFocus && (
        <PaneTabs responses={total} current={view.focused ?? 0} onGo={onFocus} />
      )}
    </>
  );
}

const SWIPED = "max-sm:flex max-sm:snap-x max-sm:snap-mandatory max-sm:overflow-x-auto max-sm:divide-x";
const ROWS = {
  columns: cx("flex divide-x divide-line overflow-x-auto overflow-y-hidden", SWIPED),
  grid: cx("grid auto-rows-fr gap-px overflow-hidden bg-line", SWIPED),
  stack: "divide-y divide-line overflow-y-auto",
};

const isPhone = () => window.matchMedia("(max-width: 639px)").matches;

/** Scrolls the other panes to the same share when one of them scrolls. */
function useFollow(synced: boolean, panes: RefObject<(HTMLElement | null)[]>) {
  const scrolling = useRef(false);
  return (source: HTMLElement) => {
    if (!synced || scrolling.current) return;
    scrolling.current = true;
    const share = source.scrollTop / Math.max(source.scrollHeight - source.clientHeight, 1);
    for (const pane of panes.current) {
      if (pane && pane !== source) pane.scrollTop = share * (pane.scrollHeight - pane.clientHeight);
    }
    requestAnimationFrame(() => {
      scrolling.current = false;
    });
  };
}

interface PaneProps {
  item: Item;
  index: number;
  questions: QuestionProps[];
  /** The text whose differences to this one are shown. */
  against: string | undefined;
  scrolls: boolean;
  /** So many columns that they are given a width to scroll past. */
  crowded: boolean;
  current: boolean;
  alone: boolean;
  onCurrent: ((target: string) => void) | undefined;
  onScroll: (pane: HTMLElement) => void;
  place: (node: HTMLElement | null) => void;
}

function Pane(props: PaneProps) {
  const { item, index, questions, against, scrolls, current } = props;
  const names = useSideNames();
  const pictures = usePictures(item);
  const response = item.responses[index];
  if (!response) return null;
  const target = {
    questions,
    target: response.response_id,
    text: response.content,
    images: response.images,
    focused: current,
  };
  const choose = () => !current && props.onCurrent?.(response.response_id);
  const images = pictures.ofResponse(index);
  return (
    <section
      ref={props.place}
      aria-label={names.full(index)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      onScroll={(event) => props.onScroll(event.currentTarget)}
      onPointerDown={choose}
      onFocus={choose}
      className={cx(
        "relative min-w-0 bg-canvas px-4 pb-6",
        scrolls && "flex-1 overflow-y-auto max-sm:min-w-full max-sm:shrink-0 max-sm:snap-start",
        props.crowded && "sm:min-w-[340px]",
      )}
    >
      <div className="sticky top-0 z-10 -mx-4 mb-2 flex min-h-9 flex-wrap items-center gap-x-2 gap-y-1 bg-canvas px-4 pt-2 pb-1">
        <h2 className={cx("text-sm font-medium", current ? "text-muted" : "text-faint")}>
          {names.short(index)}
        </h2>
        <PaneKey index={index} total={item.responses.length} alone={props.alone} />
        <TargetHeader {...target} />
      </div>
      {images.length > 0 && (
        <ImageFrames
          pictures={images}
          others={pictures.all().filter((each) => !images.some((own) => own.name === each.name))}
        />
      )}
      <div data-target={response.response_id}>
        {against !== undefined ? (
          <WordDiff text={response.content} against={against} />
        ) : (
          <TargetBody {...target} />
        )}
      </div>
    </section>
  );
}

/** Which key shows this response alone, and how to come back. */
function PaneKey({ index, total, alone }: { index: number; total: number; alone: boolean }) {
  const t = useT();
  const first = useKeyOf("annotate.first", "[");
  const second = useKeyOf("annotate.second", "]");
  const all = useKeyOf("annotate.both", "Escape");
  if (alone) {
    return (
      <span className="flex items-center gap-1 text-sm text-faint max-sm:hidden">
        {t("alone")}
        {all && <Kbd keys={all} />}
      </span>
    );
  }
  const key = index === 0 ? first : second;
  return total === 2 && key ? (
    <span className="max-sm:hidden">
      <Kbd keys={key} />
    </span>
  ) : null;
}

/** The names of all responses in the layout that shows one at a time. */
function PaneTabs({
  responses,
  current,
  onGo,
}: {
  responses: number;
  current: number;
  onGo: (index: number) => void;
}) {
  const t = useT();
  const names = useSideNames();
  return (
    <nav
      aria-label={t("Responses")}
      className="flex flex-wrap gap-1 border-t border-line px-4 py-1 max-sm:hidden"
    >
      {Array.from({ length: responses }, (_, index) => (
        <button
          key={names.full(index)}
          type="button"
          aria-current={index === current ? "true" : undefined}
          aria-label={names.full(index)}
          onClick={() => onGo(index)}
          className={cx(
            "rounded-md px-2 py-1 text-sm hover:bg-sunken",
            index === current ? "bg-sunken font-medium text-fg" : "text-muted",
          )}
        >
          {names.short(index)}
        </button>
      ))}
    </nav>
  );
}
