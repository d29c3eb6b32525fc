import { createElement, memo, type ReactNode } from "react";
import { marksWithin, type SourceMark, sameMarks } from "./marks";
import { Runs } from "./runs";
import type { Block, Inline } from "./tree";

interface Props {
  block: Block;
  /** Marks that touch the block. */
  marks: readonly SourceMark[];
}

/** One block of a text, drawn again only when the block or a mark on it changes. */
export const BlockView = memo(
  function BlockView({ block, marks }: Props) {
    return renderBlock(block, marks);
  },
  (before, after) => before.block === after.block && sameMarks(before.marks, after.marks),
);

/** As much text as fills a few screens: fewer parts cost more to lay out at once, more cost more to keep. */
const GROUP_SIZE = 6000;

/** Neighbouring blocks together, each group about as long. */
export function groupsOf(blocks: Block[]): Block[][] {
  const groups: Block[][] = [];
  let size = GROUP_SIZE;
  for (const block of blocks) {
    if (size >= GROUP_SIZE) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(block);
    size += block.end - block.start;
  }
  return groups;
}

/** Blocks of a long text, drawn and laid out together, and only when they come into sight. */
export const BlockGroup = memo(
  function BlockGroup({ blocks, marks }: { blocks: Block[]; marks: readonly SourceMark[] }) {
    // A guess at the height of what is out of sight, so that the scroll bar hardly jumps.
    const lines = blocks.reduce((sum, each) => sum + 0.5 + Math.ceil((each.end - each.start) / 80), 0);
    return (
      <div className="source-group" style={{ containIntrinsicBlockSize: `auto ${Math.round(lines * 26)}px` }}>
        <Blocks blocks={blocks} marks={marks} />
      </div>
    );
  },
  (before, after) => before.blocks === after.blocks && sameMarks(before.marks, after.marks),
);

function renderBlock(block: Block, marks: readonly SourceMark[]): ReactNode {
  switch (block.type) {
    case "paragraph":
      return (
        <p>
          <Inlines nodes={block.children} marks={marks} />
        </p>
      );
    case "heading":
      return createElement(`h${block.depth}`, null, <Inlines nodes={block.children} marks={marks} />);
    case "code":
      return (
        <pre>
          <code>
            {block.chunks.map((pieces, index) => (
              // Chunks end with their line break, so that blocks below each other show no extra line.
              // biome-ignore lint/suspicious/noArrayIndexKey: chunks have no identity but their place.
              <span key={index} className={block.chunks.length > 1 ? "source-chunk" : undefined}>
                <Runs pieces={pieces} marks={marks} />
              </span>
            ))}
          </code>
        </pre>
      );
    case "quote":
      return (
        <blockquote>
          <Blocks blocks={block.children} marks={marks} />
        </blockquote>
      );
    case "list":
      return renderList(block, marks);
    case "table":
      return renderTable(block, marks);
    case "rule":
      return <hr />;
  }
}

function renderList(block: Extract<Block, { type: "list" }>, marks: readonly SourceMark[]) {
  const items = block.items.map((item) => {
    const own = marksWithin(marks, item.start, item.end);
    return (
      <li key={item.start}>
        {item.children.map((child) =>
          // In a tight list the words stand in the item itself, as in the plain renderer.
          child.type === "paragraph" && !block.loose ? (
            <Inlines key={child.start} nodes={child.children} marks={own} />
          ) : (
            <BlockView key={child.start} block={child} marks={own} />
          ),
        )}
      </li>
    );
  });
  const continued = block.continued ? "source-continued" : undefined;
  if (block.first === null) {
    return <ul className={continued}>{items}</ul>;
  }
  return (
    <ol className={continued} start={block.first === 1 ? undefined : block.first}>
      {items}
    </ol>
  );
}

function renderTable(block: Extract<Block, { type: "table" }>, marks: readonly SourceMark[]) {
  const [head, ...body] = block.rows;
  const cells = (row: typeof head, Cell: "th" | "td") =>
    row?.cells.map((cell, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column.
      <Cell key={index}>
        <Inlines nodes={cell} marks={marks} />
      </Cell>
    ));
  return (
    <table>
      <thead>
        <tr>{cells(head, "th")}</tr>
      </thead>
      {body.length > 0 && (
        <tbody>
          {body.map((row) => (
            <tr key={row.start}>{cells(row, "td")}</tr>
          ))}
        </tbody>
      )}
    </table>
  );
}

export function Blocks({ blocks, marks }: { blocks: Block[]; marks: readonly SourceMark[] }) {
  return blocks.map((block) => (
    <BlockView key={block.start} block={block} marks={marksWithin(marks, block.start, block.end)} />
  ));
}

function Inlines({ nodes, marks }: { nodes: Inline[]; marks: readonly SourceMark[] }): ReactNode {
  return nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: words have no identity but their place.
    <InlineView key={index} node={node} marks={marks} />
  ));
}

function InlineView({ node, marks }: { node: Inline; marks: readonly SourceMark[] }) {
  switch (node.type) {
    case "pieces":
      return <Runs pieces={node.pieces} marks={marks} />;
    case "code":
      return (
        <code>
          <Runs pieces={node.pieces} marks={marks} />
        </code>
      );
    case "em":
      return (
        <em>
          <Inlines nodes={node.children} marks={marks} />
        </em>
      );
    case "strong":
      return (
        <strong>
          <Inlines nodes={node.children} marks={marks} />
        </strong>
      );
    case "del":
      return (
        <s>
          <Inlines nodes={node.children} marks={marks} />
        </s>
      );
    case "link":
      return (
        <Outward href={node.href} title={node.title}>
          <Inlines nodes={node.children} marks={marks} />
        </Outward>
      );
    case "image":
      // Loading a picture would tell its host who reads what, so a picture is a link that says so.
      return (
        <Outward href={node.href} title={null} className="md-image">
          <span className="source-made">Image: </span>
          {node.pieces.length > 0 ? (
            <Runs pieces={node.pieces} marks={marks} />
          ) : (
            <span className="source-made">no description</span>
          )}
        </Outward>
      );
  }
}

function Outward({
  href,
  title,
  className,
  children,
}: {
  href: string | null;
  title: string | null;
  className?: string;
  children: ReactNode;
}) {
  if (href === null) return <span className={className}>{children}</span>;
  return (
    <a
      className={className}
      href={href}
      title={title ?? undefined}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      {children}
    </a>
  );
}
