import {
  type KeyboardEvent,
  type MouseEvent,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import {
  markIdsAt,
  type Offsets,
  type SourceMark,
  SourceText,
  selectionToOffsets,
} from "@/components/source-text";
import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import { textOf } from "../targets";
import type { SpansAnswer, SpansQuestion } from "../types";
import * as read from "./answer";
import {
  type Box,
  caretBox,
  caretOffset,
  moveCaret,
  moveFor,
  placeCaret,
  revealCaret,
  selectOffsets,
} from "./caret";
import { neighbour } from "./commands";
import type { Context } from "./context";
import { drawn, targetName } from "./labels";
import { MarginList } from "./margin-list";
import { snap } from "./snap";
import { type SpansStore, spansStore, useSpansUi } from "./ui-store";

/** One text with its marks: selected by mouse or by keyboard, mirrored in a list at its side. */
export default function SpansPane(props: PaneProps<SpansQuestion, SpansAnswer>) {
  const { question, answer = read.EMPTY, item, target, text, focused } = props;
  const t = useT();
  const store = spansStore(item.id, question.name);
  const ui = useSpansUi(store);
  const root = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const mine = ui.target === target;
  const context: Context = { ...props, answer, store, target, t };
  useRegistered(store, target, frame, focused);

  const marks = useMemo(
    () =>
      read
        .marksOn(answer, target)
        .map((mark) => drawn(question, text, mark, [ui.active, ui.hover].includes(read.markId(mark)))),
    [answer, target, question, text, ui.active, ui.hover],
  );
  const keys = usePaneKeys(context, root);

  const onSelect = (selected: Offsets | null) => {
    const { mode } = store.get();
    // Whoever selects other words means to mark them, whatever was being asked.
    const leaves = selected && (mode.kind === "passage" || mode.kind === "omission");
    if (leaves) store.set({ mode: { kind: "mark" } });
    if (selected) store.set({ target, selection: selected, confirm: null, message: null });
    else if (store.get().target === target) store.set({ selection: null, confirm: null });
  };
  const onClick = (event: MouseEvent) => {
    if (!root.current || selectionToOffsets(root.current, document.getSelection())) return;
    const [id] = markIdsAt(root.current, event.target as Node);
    store.set({ target, active: id || null, caret: null, confirm: null, message: null });
  };
  const onMouseOver = (event: MouseEvent) => {
    const [id = null] = root.current ? markIdsAt(root.current, event.target as Node) : [];
    if (store.get().hover !== id) store.set({ hover: id });
  };
  // What the mouse has selected grows to whole words before one's eyes, not only in what is stored.
  const onPointerUp = () => {
    setTimeout(() => {
      const selected = root.current && selectionToOffsets(root.current, document.getSelection());
      const found = selected && snap(text, selected, question.boundaries);
      if (root.current && found && (found.start !== selected.start || found.end !== selected.end))
        selectOffsets(root.current, found);
    });
  };

  return (
    <div className="@container">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-5 gap-y-3 @2xl:grid-cols-[minmax(0,46rem)_220px]">
        {/* biome-ignore lint/a11y/noNoninteractiveElementInteractions: keys and clicks are the text's own; each has a button in the dock too. */}
        <section
          ref={frame}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the caret needs a place to be.
          tabIndex={0}
          aria-label={t("{{text}}: text to mark", { text: targetName(item, target, t) })}
          data-spans-text={target}
          className="relative rounded-sm focus-visible:outline-1 focus-visible:outline-offset-6"
          onKeyDown={keys.onKeyDown}
          onFocus={keys.onFocus}
          onClick={onClick}
          onMouseOver={onMouseOver}
          onMouseLeave={() => store.set({ hover: null })}
          onPointerUp={onPointerUp}
        >
          <SourceText
            ref={root}
            text={text}
            marks={marks}
            selection={pointed(context, ui.mode, ui.active)}
            onSelect={onSelect}
          />
          {mine && ui.caret !== null && (
            <Caret frame={frame} root={root} at={ui.caret} selection={ui.selection} marks={marks} />
          )}
        </section>
        <MarginList {...props} answer={answer} store={store} />
      </div>
    </div>
  );
}

/** What is pointed at besides marks: earlier words that a mark repeats, or a changed passage on offer. */
function pointed(
  { answer, target, item }: Context,
  mode: ReturnType<SpansStore["get"]>["mode"],
  active: string | null,
): Offsets | null {
  if (mode.kind === "queue") return mode.places[0]?.target === target ? mode.places[0] : null;
  const evidence = read.findMark(answer, active)?.evidence;
  if (evidence?.kind !== "earlier_span" || read.findMark(answer, active)?.target !== target) return null;
  return read.offsetsOf(textOf(item, target) ?? "", evidence);
}

/** The store knows the texts on screen, and which one the keys act on. */
function useRegistered(
  store: SpansStore,
  target: string,
  frame: { current: HTMLElement | null },
  focused: boolean,
): void {
  useEffect(() => {
    return frame.current ? store.arrive(target, frame.current) : undefined;
  }, [store, target, frame]);
  useEffect(() => {
    if (focused) store.set({ target });
  }, [store, target, focused]);
}

/** The keys of the text itself: the caret's, Tab from mark to mark, Esc out. */
function usePaneKeys(context: Context, text: { current: HTMLDivElement | null }) {
  const { store, target, answer, item } = context;

  const follow = () => {
    if (!text.current) return;
    const selection = document.getSelection();
    const caret = caretOffset(text.current, selection);
    const selected = selectionToOffsets(text.current, selection);
    store.set({
      target,
      caret,
      selection: selected,
      active: selected || caret === null ? null : markAtCaret(context, caret),
      confirm: null,
      message: null,
    });
    revealCaret(selection);
  };

  const walk = (by: 1 | -1): boolean => {
    const next = neighbour(context, by);
    if (!next || !text.current) return false;
    const place = read.offsetsOf(textOf(item, target) ?? "", next);
    placeCaret(text.current, place.start);
    store.set({ target, active: read.markId(next), caret: place.start, selection: null, message: null });
    revealCaret(document.getSelection());
    return true;
  };

  const leave = (): boolean => {
    const { selection, active } = store.get();
    const browser = document.getSelection();
    if (selection || active) {
      if (browser && browser.rangeCount > 0) browser.collapseToEnd();
      store.set({ selection: null, active: null, confirm: null, message: null });
      return true;
    }
    store.set({ caret: null });
    (document.activeElement as HTMLElement | null)?.blur();
    return true;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget || !text.current) return;
    const move = moveFor(event);
    let done = false;
    if (move && store.get().mode.kind !== "passage") {
      moveCaret(text.current, move);
      follow();
      done = true;
    } else if (event.key === "Tab" && !event.altKey && !event.ctrlKey && answer.marks.length > 0) {
      done = walk(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && store.get().mode.kind === "mark") {
      done = leave();
    }
    if (!done) return;
    // The page has its own arrows and Esc; here they belong to the text.
    event.preventDefault();
    event.stopPropagation();
  };

  const onFocus = () => {
    const frame = store.roots.get(target);
    if (!text.current || document.activeElement !== frame) return;
    if (!frame?.matches(":focus-visible")) {
      store.set({ target, caret: null });
      return;
    }
    // Back from the dock, the caret stands where it was left.
    const left = store.get().target === target ? store.get().caret : null;
    if (caretOffset(text.current, document.getSelection()) === null) placeCaret(text.current, left ?? 0);
    store.set({ target, caret: caretOffset(text.current, document.getSelection()) ?? 0 });
  };

  return { onKeyDown, onFocus };
}

function markAtCaret({ answer, target, item }: Context, caret: number): string | null {
  const text = textOf(item, target) ?? "";
  const mark = read.marksOn(answer, target).find((each) => {
    const place = read.offsetsOf(text, each);
    return place.start <= caret && caret <= place.end;
  });
  return mark ? read.markId(mark) : null;
}

interface CaretProps {
  frame: { current: HTMLElement | null };
  root: { current: HTMLElement | null };
  at: number;
  selection: Offsets | null;
  marks: readonly SourceMark[];
}

/**
 * A visible caret: browsers show none in text that cannot be edited. Drawing marks replaces the text they are on,
 * and the browser's selection loses its place with it; here it is put back.
 */
function Caret({ frame, root, at, selection, marks }: CaretProps) {
  const [box, setBox] = useState<Box | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: marks are drawn anew, and places with them.
  useLayoutEffect(() => {
    if (!frame.current || !root.current) return;
    const browser = document.getSelection();
    if (document.activeElement === frame.current) {
      const now = selectionToOffsets(root.current, browser);
      if (selection && (now?.start !== selection.start || now.end !== selection.end))
        selectOffsets(root.current, selection);
      if (!selection && (now || caretOffset(root.current, browser) !== at)) placeCaret(root.current, at);
    }
    setBox(caretBox(frame.current, browser));
  }, [frame, root, at, selection?.start, selection?.end, marks]);
  if (!box) return null;
  return (
    <span
      aria-hidden="true"
      data-caret=""
      className="pointer-events-none absolute w-[2px] bg-accent"
      style={{ left: box.left - 1, top: box.top, height: box.height }}
    />
  );
}
