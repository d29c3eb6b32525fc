import type { Nodes, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import type { Construct, Extension } from "micromark-util-types";
import { type Leaf, leafCollector, type MathNode } from "./leaves";
import { mathSyntax } from "./math-syntax";
import type { Block, Inline, ListItem, Piece } from "./tree";

/** Lists longer than this are drawn as several, so that only those in sight cost anything. */
const ITEMS_PER_LIST = 40;
const LINES_PER_CHUNK = 60;

/** Addresses are links when they say http or www; looking for e-mail addresses at every letter is too slow. */
const AUTOLINKS: Extension = {
  text: Object.fromEntries(
    Object.entries(gfmAutolinkLiteral().text ?? {}).flatMap(([code, entry]) => {
      const kept = ([entry].flat() as Construct[]).filter((each) => each.name !== "emailAutolink");
      return kept.length > 0 ? [[code, kept]] : [];
    }),
  ),
};
/** Raw HTML is text here, as in the plain renderer. */
const NO_HTML: Extension = { disable: { null: ["htmlFlow", "htmlText"] } };
const GFM = [gfmTable(), gfmStrikethrough({ singleTilde: false }), AUTOLINKS, NO_HTML];

/** Markdown cut into blocks whose every visible character knows its offset in `text`. Never fails. */
export function parseSource(text: string): Block[] {
  const skipped = text.startsWith("\uFEFF") ? 1 : 0;
  const source = text.slice(skipped);
  const { leaves, extension } = leafCollector();
  const root = fromMarkdown(source, {
    extensions: [...GFM, mathSyntax(source)],
    mdastExtensions: [extension],
  });
  return new Builder(source, leaves, skipped).blocks(root.children);
}

type Node = Nodes | MathNode;

class Builder {
  private readonly addresses = new Map<string, { url: string; title: string | null }>();
  private definitionsRead = false;
  private inTable = false;

  /** `skipped`: units before `source` in the text the offsets shall count in. */
  constructor(
    private readonly source: string,
    private readonly leaves: Leaf[],
    private readonly skipped: number,
  ) {}

  blocks(nodes: readonly RootContent[]): Block[] {
    if (!this.definitionsRead) {
      this.definitionsRead = true;
      this.readDefinitions(nodes);
    }
    return nodes.flatMap((node) => this.block(node as Node));
  }

  private readDefinitions(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (node.type === "definition" && !this.addresses.has(node.identifier))
        this.addresses.set(node.identifier, { url: node.url, title: node.title ?? null });
      else if ("children" in node) this.readDefinitions(node.children as Node[]);
    }
  }

  private extent(node: Node): { start: number; end: number } {
    return {
      start: (node.position?.start.offset ?? 0) + this.skipped,
      end: (node.position?.end.offset ?? 0) + this.skipped,
    };
  }

  private block(node: Node): Block[] {
    const extent = this.extent(node);
    switch (node.type) {
      case "paragraph":
        return [{ ...extent, type: "paragraph", children: this.inlines(node.children) }];
      case "heading":
        return [{ ...extent, type: "heading", depth: node.depth, children: this.inlines(node.children) }];
      case "math":
        return [{ ...extent, type: "paragraph", children: this.inlines([node]) }];
      case "code":
        return [{ ...extent, type: "code", chunks: this.codeChunks(node) }];
      case "blockquote":
        return [{ ...extent, type: "quote", children: this.blocks(node.children) }];
      case "list":
        return this.lists(node);
      case "table":
        return [{ ...extent, type: "table", rows: this.rows(node) }];
      case "thematicBreak":
        return [{ ...extent, type: "rule" }];
      default:
        return [];
    }
  }

  private rows(node: Extract<Node, { type: "table" }>) {
    this.inTable = true;
    const rows = node.children.map((row) => ({
      start: this.extent(row).start,
      cells: row.children.map((cell) => this.inlines(cell.children)),
    }));
    this.inTable = false;
    return rows;
  }

  private lists(node: Extract<Node, { type: "list" }>): Block[] {
    const items: ListItem[] = node.children.map((item) => ({
      ...this.extent(item),
      children: this.blocks(item.children),
    }));
    const loose = Boolean(node.spread) || node.children.some((item) => item.spread);
    const lists: Block[] = [];
    for (let index = 0; index < items.length; index += ITEMS_PER_LIST) {
      const group = items.slice(index, index + ITEMS_PER_LIST);
      lists.push({
        type: "list",
        start: group[0]?.start ?? 0,
        end: group.at(-1)?.end ?? 0,
        first: node.ordered ? (node.start ?? 1) + index : null,
        loose,
        items: group,
        continued: index > 0,
      });
    }
    return lists;
  }

  private inlines(nodes: readonly Node[]): Inline[] {
    const made: Inline[] = [];
    for (const node of nodes) {
      const inline = this.inline(node);
      const last = made.at(-1);
      // Neighbours join, so that a paragraph with line breaks stays one run where the source allows.
      if (inline?.type === "pieces" && last?.type === "pieces")
        last.pieces = joined([...last.pieces, ...inline.pieces]);
      else if (inline) made.push(inline);
    }
    return made;
  }

  private inline(node: Node): Inline | null {
    const { start, end } = this.extent(node);
    switch (node.type) {
      case "text":
        return { type: "pieces", pieces: this.pieces(node, ["text", "eol", "atom"]) };
      case "break":
        return { type: "pieces", pieces: [{ kind: "atom", start, end, text: "\n" }] };
      case "math":
        return { type: "pieces", pieces: [{ kind: "math", start, end, ...formula(node.value) }] };
      case "inlineCode":
        return {
          type: "code",
          pieces: this.pieces(node, ["code", "eol"], (leaf) => inlineCodeLeaves(leaf, this.inTable)),
        };
      case "emphasis":
        return { type: "em", children: this.inlines(node.children) };
      case "strong":
        return { type: "strong", children: this.inlines(node.children) };
      case "delete":
        return { type: "del", children: this.inlines(node.children) };
      case "link":
        return this.link(node.url, node.title, node.children);
      case "linkReference": {
        const found = this.addresses.get(node.identifier);
        return this.link(found?.url ?? "", found?.title, node.children);
      }
      case "image":
        return this.image(node, node.url);
      case "imageReference":
        return this.image(node, this.addresses.get(node.identifier)?.url ?? "");
      default:
        return null;
    }
  }

  /** Only addresses that leave for the web or a mail program; anything else is words without a link. */
  private link(url: string, title: string | null | undefined, children: readonly Node[]): Inline {
    const href = /^(?:https?:|mailto:)/i.test(url) ? url : null;
    return { type: "link", href, title: title ?? null, children: this.inlines(children) };
  }

  private image(node: Node, url: string): Inline {
    const href = /^https?:\/\//i.test(url) ? url : null;
    return { type: "image", href, pieces: this.pieces(node, ["text", "eol", "atom", "code"]) };
  }

  private codeChunks(node: Node): Piece[][] {
    const inside = this.leavesIn(node, ["code", "eol"]);
    // The line ends that belong to the fences are not shown.
    const fenced = /^(?:`{3}|~{3})/.test(this.source.slice(node.position?.start.offset ?? 0));
    const from = fenced && inside[0]?.kind === "eol" ? 1 : 0;
    const to = inside.length > from && inside.at(-1)?.kind === "eol" ? -1 : undefined;
    const chunks: Piece[][] = [];
    let chunk: Piece[] = [];
    let lines = 0;
    for (const leaf of inside.slice(from, to)) {
      chunk.push(...this.piece(leaf));
      if (leaf.kind === "eol") lines += 1;
      if (lines >= LINES_PER_CHUNK) {
        chunks.push(joined(chunk));
        chunk = [];
        lines = 0;
      }
    }
    if (chunk.length > 0) chunks.push(joined(chunk));
    return chunks;
  }

  private pieces(node: Node, kinds: Leaf["kind"][], change?: (leaf: Leaf) => Leaf[]): Piece[] {
    const inside = this.leavesIn(node, kinds);
    return joined((change ? inside.flatMap(change) : inside).flatMap((leaf) => this.piece(leaf)));
  }

  private leavesIn(node: Node, kinds: Leaf["kind"][]): Leaf[] {
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? 0;
    let low = 0;
    let high = this.leaves.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.leaves[middle]?.start ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    const found: Leaf[] = [];
    for (let index = low; index < this.leaves.length; index += 1) {
      const leaf = this.leaves[index] as Leaf;
      if (leaf.end > end) break;
      if (kinds.includes(leaf.kind)) found.push(leaf);
    }
    return found;
  }

  /** A leaf as pieces: exact where its text is the source's, else as one unit. */
  private piece(leaf: Leaf): Piece[] {
    const slice = this.source.slice(leaf.start, leaf.end);
    const start = leaf.start + this.skipped;
    const end = leaf.end + this.skipped;
    if (leaf.kind === "atom" || leaf.text === "") return [{ kind: "atom", start, end, text: leaf.text }];
    if (leaf.kind === "eol" && leaf.text !== " ") {
      return [{ kind: slice === "\n" ? "text" : "atom", start, end, text: "\n" }];
    }
    if (leaf.text === slice) return [{ kind: "text", start, end, text: slice }];
    // A tab that only partly belongs to the indentation leaves blanks the source does not hold.
    if (slice && leaf.text.endsWith(slice)) {
      const blanks = leaf.text.slice(0, leaf.text.length - slice.length);
      return [
        { kind: "made", start, end: start, text: blanks },
        { kind: "text", start, end, text: slice },
      ];
    }
    return [{ kind: "atom", start, end, text: leaf.text }];
  }
}

/** In `code` a line end is a blank, and in a table's `code` "\|" is a bar. */
function inlineCodeLeaves(leaf: Leaf, inTable: boolean): Leaf[] {
  if (leaf.kind === "eol") return [{ ...leaf, kind: "atom", text: " " }];
  if (!inTable || !leaf.text.includes("\\|")) return [leaf];
  const made: Leaf[] = [];
  let at = leaf.start;
  for (const text of leaf.text.split(/(\\\|)/)) {
    if (text === "\\|") made.push({ kind: "atom", start: at, end: at + 2, text: "|" });
    else if (text) made.push({ kind: "code", start: at, end: at + text.length, text });
    at += text.length;
  }
  return made;
}

/** The TeX without its delimiters, and whether it stands on a line of its own. */
function formula(source: string): { text: string; display: boolean } {
  const display = source.startsWith("$$") || source.startsWith("\\[");
  const width = display || source.startsWith("\\(") ? 2 : 1;
  const close = { $$: "$$", "\\[": "\\]", "\\(": "\\)" }[source.slice(0, 2)] ?? "$";
  const text = source.endsWith(close) ? source.slice(width, -close.length) : source.slice(width);
  return { text: text.trim(), display };
}

/** Joins neighbours that are both exact and touch in the source. */
function joined(pieces: Piece[]): Piece[] {
  const made: Piece[] = [];
  for (const piece of pieces) {
    const last = made.at(-1);
    if (last?.kind === "text" && piece.kind === "text" && last.end === piece.start) {
      made[made.length - 1] = { ...last, end: piece.end, text: last.text + piece.text };
    } else {
      made.push(piece);
    }
  }
  return made;
}
