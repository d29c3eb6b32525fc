import { fromCodePoint, sliceCodePoints } from "../questions/offsets";
import type { RationaleAnswer } from "../questions/types";
import type { NameTarget } from "./words";

/** The rationale with a number at each linked sentence, and what the numbers point to. */
export function RationaleText({ answer, name }: { answer: RationaleAnswer; name: NameTarget }) {
  const links = [...(answer.links ?? [])].sort((one, other) => one.start - other.start);
  const pieces: { text: string; number?: number }[] = [];
  let at = 0;
  links.forEach((link, index) => {
    const [start, end] = [fromCodePoint(answer.text, link.start), fromCodePoint(answer.text, link.end)];
    if (start < at) return;
    pieces.push(
      { text: answer.text.slice(at, start) },
      { text: answer.text.slice(start, end), number: index + 1 },
    );
    at = end;
  });
  pieces.push({ text: answer.text.slice(at) });
  return (
    <>
      {answer.text && (
        <p dir="auto" className="reading max-w-[72ch] whitespace-pre-wrap [overflow-wrap:anywhere]">
          {pieces.map((piece, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place.
              key={index}
              className={piece.number ? "underline decoration-line decoration-2 underline-offset-4" : ""}
            >
              {piece.text}
              {piece.number && <sup className="num ms-0.5 text-muted">{piece.number}</sup>}
            </span>
          ))}
        </p>
      )}
      {links.length > 0 && (
        <ol className="flex flex-col gap-1 text-sm">
          {links.map((link, index) => (
            <li key={`${link.start}-${link.target}-${link.from}`} className="flex gap-2">
              <span className="num text-muted">{index + 1}</span>
              <span dir="auto" className="min-w-0 [overflow-wrap:anywhere]">
                <span className="text-muted">
                  {pieces.some((piece) => piece.number === index + 1)
                    ? ""
                    : `“${sliceCodePoints(answer.text, link.start, link.end)}” → `}
                  {name(link.target)}:{" "}
                </span>
                “{link.quote}”
              </span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
