import { type KeyboardEvent, useEffect, useRef } from "react";
import { SourceText, selectionToOffsets } from "@/components/source-text";
import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import { toCodePoint } from "../offsets";
import { moveCaret, moveFor } from "../spans/caret";
import { snap } from "../spans/snap";
import { targetName } from "../targets";
import type { RationaleAnswer, RationaleQuestion } from "../types";
import { linkStore } from "./link-store";

/** A text in which the words of a link are chosen: select them with the mouse, or with Shift and arrows and Enter. */
export default function LinkPane(props: PaneProps<RationaleQuestion, RationaleAnswer>) {
  const { question, answer, item, target, text, onChange } = props;
  const t = useT();
  const root = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLElement>(null);
  const store = linkStore(item.id, question.name);

  // One text is at hand for the keyboard at once, Tab leads to the others; the mouse may choose in any.
  const first = item.responses[0]?.response_id === target;
  useEffect(() => {
    if (first) frame.current?.focus();
  }, [first]);

  const take = () => {
    const { linking } = store.get();
    const selected = root.current && selectionToOffsets(root.current, document.getSelection());
    const words = selected && snap(text, selected, "word");
    if (!linking || !words || !answer) return;
    const link = {
      ...linking,
      target,
      from: toCodePoint(text, words.start),
      to: toCodePoint(text, words.end),
      quote: text.slice(words.start, words.end),
    };
    const others = answer.links.filter((each) => JSON.stringify(each) !== JSON.stringify(link));
    onChange({ ...answer, links: [...others, link] });
    document.getSelection()?.removeAllRanges();
    store.set({ linking: null });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = moveFor(event);
    if (event.key === "Escape") store.set({ linking: null });
    else if (event.key === "Enter") take();
    else if (move && root.current) moveCaret(root.current, move);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveElementInteractions: words are chosen in the text itself, by mouse or keys.
    <section
      ref={frame}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: choosing words needs a place for the caret.
      tabIndex={0}
      data-link-text={target}
      aria-label={t("{{text}}: select the words to link to", { text: targetName(item, target, t) })}
      className="cursor-text rounded-sm outline-offset-4"
      onKeyDown={onKeyDown}
      onPointerUp={() => setTimeout(take)}
    >
      <SourceText ref={root} text={text} />
    </section>
  );
}
