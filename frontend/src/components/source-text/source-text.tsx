import { type Ref, useEffect, useImperativeHandle, useMemo, useRef } from "react";
import { HeldKeys } from "@/actions";
import { Markdown } from "@/components/markdown";
import { useScrollers } from "@/components/markdown/use-scrollers";
import { cx } from "@/lib/cx";
import { BlockGroup, Blocks, groupsOf } from "./block-view";
import { fromVisible, marksWithin, type SourceMark } from "./marks";
import { type Offsets, selectionToOffsets } from "./selection";
import { type Block, piecesOf } from "./tree";
import { useBlocks } from "./use-blocks";
import "./source-text.css";

/** Above this many characters, blocks out of sight are not laid out. */
const DEFER_FROM = 12_000;
const NONE: readonly SourceMark[] = [];

interface Props {
  /** Markdown from anyone. */
  text: string;
  marks?: readonly SourceMark[];
  /** A place to point at: what is about to be marked, or where a link leads. */
  selection?: Offsets | null;
  /** Called when the browser's selection in this text changes; null when nothing of it is selected. */
  onSelect?: (selected: Offsets | null) => void;
  compact?: boolean;
  className?: string;
  ref?: Ref<HTMLDivElement>;
}

/** Looks like `<Markdown>`, but every visible character knows its offset in `text`, and marks can be drawn over it. */
export function SourceText({ text, marks = NONE, selection, onSelect, compact, className, ref }: Props) {
  const root = useRef<HTMLDivElement>(null);
  useImperativeHandle(ref, () => root.current as HTMLDivElement);
  const blocks = useBlocks(text);
  useSelected(root, onSelect);
  useScrollers(root, blocks);
  const start = selection?.start;
  const end = selection?.end;
  const pieces = useMemo(() => piecesOf(blocks ?? []), [blocks]);
  const drawn = useMemo(() => {
    const all = start === undefined || end === undefined ? marks : [...marks, { id: "", start, end }];
    return all.map((mark) => fromVisible(mark, pieces));
  }, [marks, pieces, start, end]);
  const long = text.length >= DEFER_FROM;
  const groups = useMemo(() => (long ? groupsOf(blocks ?? []) : [blocks ?? []]), [blocks, long]);
  return (
    <div
      ref={root}
      dir="auto"
      className={cx("prose-text source-text", compact && "is-compact", className)}
      data-ready={blocks ? "" : undefined}
    >
      {blocks ? (
        groups.map((group) => <Part key={group[0]?.start ?? 0} blocks={group} marks={drawn} long={long} />)
      ) : (
        <>
          <Markdown text={text} compact={compact} />
          <HeldKeys around={root} />
        </>
      )}
    </div>
  );
}

/** A short text's blocks as they are; those of a long one in groups that are laid out when they come into sight. */
function Part({ blocks, marks, long }: { blocks: Block[]; marks: readonly SourceMark[]; long: boolean }) {
  if (!long) return <Blocks blocks={blocks} marks={marks} />;
  const [first, last] = [blocks[0], blocks.at(-1)];
  return <BlockGroup blocks={blocks} marks={marksWithin(marks, first?.start ?? 0, last?.end ?? 0)} />;
}

/** Tells of the browser's selection inside `root`, at most once a frame. */
function useSelected(
  root: { current: HTMLElement | null },
  onSelect: ((selected: Offsets | null) => void) | undefined,
): void {
  const latest = useRef(onSelect);
  useEffect(() => {
    latest.current = onSelect;
  });
  const listens = onSelect !== undefined;
  useEffect(() => {
    if (!listens) return;
    let frame = 0;
    let last: Offsets | null = null;
    const read = () => {
      frame = 0;
      if (!root.current) return;
      const now = selectionToOffsets(root.current, document.getSelection());
      if (now?.start === last?.start && now?.end === last?.end) return;
      last = now;
      latest.current?.(now);
    };
    const changed = () => {
      if (frame === 0) frame = requestAnimationFrame(read);
    };
    document.addEventListener("selectionchange", changed);
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener("selectionchange", changed);
    };
  }, [root, listens]);
}
