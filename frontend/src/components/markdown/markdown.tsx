import { useLayoutEffect, useRef } from "react";
import { cx } from "@/lib/cx";
import { renderMarkdown } from "./render";
import { typeset } from "./typeset";

/** A prompt's or response's text: markdown, code, formulas. Safe for text from anyone. */
export function Markdown({
  text,
  compact = false,
  className,
}: {
  text: string;
  compact?: boolean;
  className?: string;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const html = renderMarkdown(text);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new HTML brings new formulas to typeset.
  useLayoutEffect(() => {
    let wanted = true;
    if (ref.current) void typeset(ref.current, () => wanted);
    return () => {
      wanted = false;
    };
  }, [html]);

  return (
    <div
      ref={ref}
      dir="auto"
      className={cx("prose-text", compact && "is-compact", className)}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: renderMarkdown allows no raw HTML and sanitises its own output.
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}
