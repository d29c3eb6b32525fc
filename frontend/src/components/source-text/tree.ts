/**
 * A rendered document in which every visible character knows its place in the source. Offsets are UTF-16 units
 * of the source text, as JavaScript strings count them.
 */

/**
 * A run of visible text. In a `text` piece the text is the source slice itself, so each character has its own
 * offset; `atom` (an entity, an escape, a line break with its blanks) and `math` are one unit that cannot be cut.
 * `made` is text the source does not hold (half a tab's blanks); it has no width in the source.
 */
export interface Piece {
  kind: "text" | "atom" | "math" | "made";
  start: number;
  end: number;
  /** What is shown; for `math` the TeX inside the delimiters. */
  text: string;
  display?: boolean;
}

export type Inline =
  | { type: "pieces"; pieces: Piece[] }
  | { type: "code"; pieces: Piece[] }
  | { type: "em" | "strong" | "del"; children: Inline[] }
  | { type: "link"; href: string | null; title: string | null; children: Inline[] }
  | { type: "image"; href: string | null; pieces: Piece[] };

export interface ListItem {
  start: number;
  end: number;
  children: Block[];
}

interface Extent {
  start: number;
  end: number;
}

export type Block = Extent &
  (
    | { type: "paragraph"; children: Inline[] }
    | { type: "heading"; depth: number; children: Inline[] }
    | { type: "code"; chunks: Piece[][] }
    | { type: "quote"; children: Block[] }
    | { type: "list"; first: number | null; loose: boolean; items: ListItem[]; continued: boolean }
    | { type: "table"; rows: { start: number; cells: Inline[][] }[] }
    | { type: "rule" }
  );

/** All pieces below `blocks`, in the order of the source. */
export function piecesOf(blocks: Block[]): Piece[] {
  const found: Piece[] = [];
  const inline = (each: Inline): void => {
    if ("pieces" in each) found.push(...each.pieces);
    else each.children.forEach(inline);
  };
  const block = (each: Block): void => {
    if (each.type === "paragraph" || each.type === "heading") each.children.forEach(inline);
    else if (each.type === "code") found.push(...each.chunks.flat());
    else if (each.type === "quote") each.children.forEach(block);
    else if (each.type === "list") for (const item of each.items) item.children.forEach(block);
    else if (each.type === "table")
      for (const row of each.rows) for (const cell of row.cells) cell.forEach(inline);
  };
  blocks.forEach(block);
  return found;
}
