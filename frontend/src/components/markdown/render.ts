import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";
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

const cache = new Map<string, string>();
const CACHE_SIZE = 300;
/** Also few enough characters that a day of long texts does not fill the memory. */
const CACHE_CHARACTERS = 6_000_000;
let cached = 0;

/** Markdown to safe HTML: no raw HTML, no scripts, no foreign pictures, links that leave the app say so to the browser. */
export function renderMarkdown(text: string): string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const html = purifier.sanitize(markdown.render(text), {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    // Attributes that hold no address; DOMPurify would hold them against the pattern below otherwise.
    ADD_URI_SAFE_ATTR: ["start", "data-math", "dir"],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  });
  cache.set(text, html);
  cached += text.length + html.length;
  for (const [oldest, old] of cache) {
    if (oldest === text || (cache.size <= CACHE_SIZE && cached <= CACHE_CHARACTERS)) break;
    cache.delete(oldest);
    cached -= oldest.length + old.length;
  }
  return html;
}
