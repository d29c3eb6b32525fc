import type { CompileContext, Extension, Token } from "mdast-util-from-markdown";

/** The smallest run of visible text in the source, before runs are joined. */
export interface Leaf {
  kind: "text" | "code" | "eol" | "atom";
  start: number;
  end: number;
  text: string;
}

/** A formula's node in the tree, `value` with its delimiters; mdast has no such node of its own. */
export interface MathNode {
  type: "math";
  value: string;
  position?: { start: { offset?: number }; end: { offset?: number } };
}

const KINDS: Record<string, Leaf["kind"]> = {
  data: "text",
  autolinkProtocol: "text",
  autolinkEmail: "text",
  literalAutolinkHttp: "text",
  literalAutolinkWww: "text",
  codeTextData: "code",
  codeFlowValue: "code",
  lineEnding: "eol",
};

/** Tokens whose text is never shown: addresses, definitions, a fence's language. */
const HIDDEN = new Set(["resource", "reference", "definition", "codeFencedFence"]);

type Tail = { value?: string } | undefined;

/**
 * Listens to the compiler and writes down every leaf with its place, next to the tree it builds. The tree's own
 * text nodes have entities decoded and indentation stripped, so that their places say nothing about single
 * characters.
 */
export function leafCollector(): { leaves: Leaf[]; extension: Extension } {
  const leaves: Leaf[] = [];
  let hidden = 0;
  let lengthBefore = 0;
  let decoded = "";

  function beforeEnter(this: CompileContext, token: Token): undefined {
    if (HIDDEN.has(token.type)) hidden += 1;
    if (token.type === "characterReferenceValue")
      lengthBefore = ((this.stack.at(-1) as Tail)?.value ?? "").length;
  }

  function afterExit(this: CompileContext, token: Token): undefined {
    if (HIDDEN.has(token.type)) hidden -= 1;
    // The compiler has just decoded the entity into the open text node.
    if (token.type === "characterReferenceValue")
      decoded = ((this.stack.at(-1) as Tail)?.value ?? "").slice(lengthBefore);
    if (hidden > 0) return;
    const { start, end } = { start: token.start.offset, end: token.end.offset };
    const kind = KINDS[token.type];
    if (kind) leaves.push({ kind, start, end, text: this.sliceSerialize(token) });
    else if (token.type === "characterReference") leaves.push({ kind: "atom", start, end, text: decoded });
    else if (token.type === "characterEscape")
      leaves.push({ kind: "atom", start, end, text: this.sliceSerialize(token).slice(1) });
  }

  return { leaves, extension: { beforeEnter, afterExit, ...handlers } as unknown as Extension };
}

function opens(make: (context: CompileContext) => object) {
  return function (this: CompileContext, token: Token): undefined {
    this.enter(make(this) as never, token);
  };
}

function closes(this: CompileContext, token: Token): undefined {
  this.exit(token);
}

function openMath(this: CompileContext, token: Token): undefined {
  this.enter({ type: "math", value: "" } as never, token);
  this.buffer();
}

function closeMath(this: CompileContext, token: Token): undefined {
  const value = this.resume();
  (this.stack.at(-1) as unknown as MathNode).value = value.trim();
  this.exit(token);
}

function data(which: "enter" | "exit") {
  return function (this: CompileContext, token: Token): undefined {
    this.config[which].data?.call(this, token);
  };
}

/** Nodes for what plain CommonMark lacks: tables, strikethrough, bare addresses and formulas. */
const handlers = {
  canContainEols: ["delete", "fragment"],
  enter: {
    table: opens(() => ({ type: "table", children: [] })),
    tableRow: opens(() => ({ type: "tableRow", children: [] })),
    tableHeader: opens(() => ({ type: "tableCell", children: [] })),
    tableData: opens(() => ({ type: "tableCell", children: [] })),
    strikethrough: opens(() => ({ type: "delete", children: [] })),
    literalAutolink: opens(() => ({ type: "link", url: "", title: null, children: [] })),
    literalAutolinkHttp: data("enter"),
    literalAutolinkWww: data("enter"),
    mathText: openMath,
    mathFlow: openMath,
    mathData: data("enter"),
  },
  exit: {
    table: closes,
    tableRow: closes,
    tableHeader: closes,
    tableData: closes,
    strikethrough: closes,
    literalAutolink: closes,
    literalAutolinkHttp(this: CompileContext, token: Token): undefined {
      this.config.exit.autolinkProtocol?.call(this, token);
    },
    literalAutolinkWww(this: CompileContext, token: Token): undefined {
      this.config.exit.data?.call(this, token);
      (this.stack.at(-1) as { url?: string }).url = `http://${this.sliceSerialize(token)}`;
    },
    mathText: closeMath,
    mathFlow: closeMath,
    mathData: data("exit"),
  },
};
