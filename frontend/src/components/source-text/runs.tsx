import { Fragment, type ReactNode } from "react";
import { Formula } from "./formula";
import { type Segment, type SourceMark, segmentsOf } from "./marks";
import type { Piece } from "./tree";

/** Visible runs of text, each in an element that says where it stands in the source, marks drawn over them. */
export function Runs({ pieces, marks }: { pieces: Piece[]; marks: readonly SourceMark[] }) {
  return pieces.map((piece, index) => {
    if (piece.kind === "made") {
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place.
      return <Fragment key={index}>{piece.text}</Fragment>;
    }
    return segmentsOf(piece, marks).map((segment) => (
      <Marked key={`${segment.start}-${piece.kind}`} marks={segment.marks} segment={segment}>
        <Run piece={piece} segment={segment} />
      </Marked>
    ));
  });
}

function Run({ piece, segment }: { piece: Piece; segment: Segment }) {
  if (piece.kind === "math") return <Formula segment={segment} display={piece.display === true} />;
  if (piece.kind === "atom") {
    return (
      <span data-at={segment.start} data-end={segment.end}>
        {segment.text}
      </span>
    );
  }
  return <span data-at={segment.start}>{segment.text}</span>;
}

/** The segment inside one element for each mark over it, the longest outermost. */
function Marked({
  marks,
  segment,
  children,
}: {
  marks: SourceMark[];
  segment: Segment;
  children: ReactNode;
}) {
  let drawn = children;
  for (const mark of [...marks].reverse()) {
    const begins = mark.start >= segment.start && mark.start < segment.end;
    drawn = (
      <mark
        className="source-mark"
        data-mark={mark.id}
        data-tone={mark.tone === undefined ? "point" : mark.tone % 9}
        data-label={begins ? mark.label : undefined}
        data-active={mark.active ? "" : undefined}
        title={mark.title}
      >
        {drawn}
      </mark>
    );
  }
  return drawn;
}
