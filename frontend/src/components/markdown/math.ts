import type { MarkdownIt } from "markdown-it";

/** TeX between $…$, $$…$$, \(…\) and \[…\] becomes <span data-math="inline|block">, typeset later by KaTeX. */

interface Delimiter {
  open: string;
  close: string;
  display: boolean;
}

const DELIMITERS: Delimiter[] = [
  { open: "$$", close: "$$", display: true },
  { open: "\\[", close: "\\]", display: true },
  { open: "\\(", close: "\\)", display: false },
  { open: "$", close: "$", display: false },
];

export function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** The formula that starts at `at`, or null. "$5 and $10" is money, not a formula. */
export function mathAt(source: string, at: number): { tex: string; display: boolean; end: number } | null {
  const delimiter = DELIMITERS.find((each) => source.startsWith(each.open, at));
  if (!delimiter) return null;
  const start = at + delimiter.open.length;
  const stop = source.indexOf(delimiter.close, start);
  if (stop <= start) return null;
  const tex = source.slice(start, stop);
  const end = stop + delimiter.close.length;
  if (!tex.trim()) return null;
  if (delimiter.open === "$") {
    const looksLikeMoney = /^\s|\s$|\\$/.test(tex) || /[0-9]/.test(source[end] ?? "") || tex.includes("\n\n");
    if (looksLikeMoney) return null;
  }
  return { tex: tex.trim(), display: delimiter.display, end };
}

export function mathPlugin(markdown: MarkdownIt): void {
  // Before "escape", which would otherwise eat the backslash of \( and \[.
  markdown.inline.ruler.before("escape", "math", (state, silent) => {
    const first = state.src[state.pos];
    if (first !== "$" && first !== "\\") return false;
    const found = mathAt(state.src, state.pos);
    if (!found || found.end > state.posMax) return false;
    if (!silent) {
      const token = state.push("math", "", 0);
      token.content = found.tex;
      token.meta = { display: found.display };
    }
    state.pos = found.end;
    return true;
  });
  // A display formula over several lines is one block, whatever markdown its lines look like.
  markdown.block.ruler.before(
    "paragraph",
    "math_block",
    (state, startLine, _endLine, silent) => {
      const begin = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
      if (!state.src.startsWith("$$", begin) && !state.src.startsWith("\\[", begin)) return false;
      const found = mathAt(state.src, begin);
      if (!found) return false;
      let line = startLine;
      while (line < state.lineMax && (state.eMarks[line] ?? 0) < found.end) line += 1;
      const rest = state.src.slice(found.end, state.eMarks[line] ?? found.end);
      if (rest.trim() || line >= state.lineMax) return false;
      if (silent) return true;
      const token = state.push("math", "", 0);
      token.block = true;
      token.content = found.tex;
      token.meta = { display: true };
      token.map = [startLine, line + 1];
      state.line = line + 1;
      return true;
    },
    { alt: ["paragraph"] },
  );
  markdown.renderer.rules.math = (tokens, index) => {
    const token = tokens[index];
    const display = token?.meta?.display === true;
    const span = `<span data-math="${display ? "block" : "inline"}">${escapeHtml(token?.content ?? "")}</span>`;
    return token?.block ? `<p>${span}</p>` : span;
  };
}
