import { memo, useLayoutEffect, useMemo, useRef } from "react";
import { cx } from "@/lib/cx";
import { renderMarkdown } from "./render";
import { typeset } from "./typeset";
import { useScrollers } from "./use-scrollers";

/**
 * A prompt's or response's text: markdown, code, formulas. Safe for text from anyone. Drawn again only when the text
 * changes, not with each answer given beside it.
 */
export const Markdown = memo(function Markdown({
  text,
  compact = false,
  className,
}: {
  text: string;
  compact?: boolean;
  className?: string;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const html = useMemo(() => renderMarkdown(text), [text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new HTML brings new formulas to typeset.
  useLayoutEffect(() => {
    let wanted = true;
    if (ref.current) void typeset(ref.current, () => wanted);
    return () => {
      wanted = false;
    };
  }, [html]);

  useScrollers(ref, html);

  return (
    <div
      ref={ref}
      dir="auto"
      className={cx("prose-text", compact && "is-compact", className)}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: renderMarkdown allows no raw HTML and sanitises its own output.
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
});
