import DOMPurify from "dompurify";
import MarkdownIt, { type Token } from "markdown-it";
import { escapeHtml, mathPlugin } from "./math";

/** Tags that markdown itself can make. Raw HTML in a model's answer is shown as text, never as elements. */
const TAGS = [
  ..."p br hr strong em s del code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 table thead tbody tr th td a span".split(
    " ",
  ),
];
const ATTRIBUTES = ["href", "title", "class", "start", "data-math", "target", "rel", "dir"];

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false });
markdown.use(mathPlugin);

// Loading a picture would tell its host who reads what, so a picture is a link that says so.
markdown.renderer.rules.image = (tokens, index) => {
  const token = tokens[index];
  const source = String(token?.attrGet("src") ?? "");
  const label = `Image: ${token?.content || "no description"}`;
  if (!/^https?:\/\//i.test(source)) return `<span class="md-image">${escapeHtml(label)}</span>`;
  return `<a class="md-image" href="${escapeHtml(source)}">${escapeHtml(label)}</a>`;
};

const purifier = DOMPurify();
purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer nofollow");
  }
});

/** Texts from this length on are grouped. */
const LONG_FROM = 12_000;
const GROUP_SIZE = 5_000;
const LINE_CHARACTERS = 72;
const LINE_PX = 27;

const cache = new Map<string, string>();
const CACHE_SIZE = 300;
/** Also few enough characters that a day of long texts does not fill the memory. */
const CACHE_CHARACTERS = 6_000_000;
let cached = 0;

/** Markdown to safe HTML: no raw HTML, no scripts, no foreign pictures, links that leave the app say so to the browser. */
export function renderMarkdown(text: string): string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const html = text.length < LONG_FROM ? clean(markdown.render(text)) : inGroups(text);
  cache.set(text, html);
  cached += text.length + html.length;
  for (const [oldest, old] of cache) {
    if (oldest === text || (cache.size <= CACHE_SIZE && cached <= CACHE_CHARACTERS)) break;
    cache.delete(oldest);
    cached -= oldest.length + old.length;
  }
  return html;
}

function clean(html: string): string {
  return purifier.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    // Attributes that hold no address; DOMPurify would hold them against the pattern below otherwise.
    ADD_URI_SAFE_ATTR: ["start", "data-math", "dir"],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  });
}

/**
 * A long text's blocks in groups, each of which the browser lays out when it comes near: a book's worth of blocks at
 * once would hold up scrolling. The height of a group out of sight is guessed from its length.
 */
function inGroups(text: string): string {
  const environment = {};
  const lines = text.split("\n");
  const groups: { tokens: Token[]; size: number }[] = [];
  for (const token of markdown.parse(text, environment)) {
    const last = groups.at(-1);
    const begins = token.level === 0 && token.nesting >= 0;
    if (!last || (begins && last.size >= GROUP_SIZE))
      groups.push({ tokens: [token], size: sizeOf(token, lines) });
    else {
      last.tokens.push(token);
      last.size += sizeOf(token, lines);
    }
  }
  return groups
    .map(({ tokens, size }) => {
      const html = clean(markdown.renderer.render(tokens, markdown.options, environment));
      const guess = Math.round((size / LINE_CHARACTERS) * LINE_PX);
      return `<div class="prose-group" style="contain-intrinsic-block-size: auto ${guess}px">${html}</div>`;
    })
    .join("");
}

/** Characters of a top-level block in the source, its short lines counted as whole ones. */
function sizeOf(token: Token, lines: string[]): number {
  if (token.level !== 0 || token.nesting < 0 || !token.map) return 0;
  const [from, to] = token.map;
  return lines
    .slice(from, to)
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_CHARACTERS)) * LINE_CHARACTERS, 0);
}
