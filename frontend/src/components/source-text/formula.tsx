import { useEffect, useState } from "react";
import { formulaHtml } from "@/components/markdown/typeset";
import type { Segment } from "./marks";

const known = new Map<string, string>();

/** A formula: one unit in the source, typeset by KaTeX when that has come; its TeX until then. */
export function Formula({ segment, display }: { segment: Segment; display: boolean }) {
  const key = `${display ? "d" : "i"}${segment.text}`;
  const [html, setHtml] = useState(known.get(key));
  useEffect(() => {
    let wanted = true;
    if (known.has(key)) setHtml(known.get(key));
    else
      void formulaHtml(segment.text, display).then((made) => {
        if (known.size > 500) known.clear();
        known.set(key, made);
        if (wanted) setHtml(made);
      });
    return () => {
      wanted = false;
    };
  }, [key, segment.text, display]);
  const place = { "data-at": segment.start, "data-end": segment.end };
  if (html === undefined) return <span {...place}>{segment.text}</span>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX escapes the formula and may not make links or load anything.
  return <span {...place} dangerouslySetInnerHTML={{ __html: html }} />;
}
