import { Section, Table, Td, Th } from "@/components/ui";
import { countOf, formatCount, formatPercent } from "@/lib/format";
import type { LabFigure, LabResults, LabReview } from "./api";
import { BASIS, percentWithError } from "./results";

/** What asking people again about the pairs with the lowest margins finds, against as many drawn by lot. */
export function ReviewBlock({ results }: { results: LabResults }) {
  const { review, review_reason: reason } = results;
  return (
    <Section title="If people look again">
      {review ? (
        <Found review={review} />
      ) : (
        <p className="max-w-[72ch] text-muted">
          {reason ??
            "Nothing says which labels are wrong, so that nobody can count what a review would find."}
        </p>
      )}
    </Section>
  );
}

function Found({ review }: { review: LabReview }) {
  return (
    <>
      <p className="mb-1 max-w-[72ch]">{sentenceOf(review)}</p>
      <p className="mb-4 max-w-[72ch] text-muted">{BASIS[review.basis] ?? ""}</p>
      <div className="grid items-start gap-x-12 gap-y-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <Table caption="What a review finds">
          <thead>
            <tr>
              <Th>Asked again about</Th>
              <Th numeric>Wrong labels found</Th>
              <Th numeric>Wrong among those asked</Th>
              <Th numeric>Wrong labels left</Th>
            </tr>
          </thead>
          <tbody>
            <Line name="Lowest margins first" found={review.margin} />
            <Line name="As many by lot" found={review.random} />
          </tbody>
        </Table>
        <Left review={review} />
      </div>
    </>
  );
}

function Line({ name, found }: { name: string; found: LabReview["margin"] }) {
  return (
    <tr>
      <th scope="row" className="border-b border-line py-1.5 pr-2 text-left font-normal">
        {name}
      </th>
      <Td numeric>{percentWithError(found.recall)}</Td>
      <Td numeric>{percentWithError(found.precision)}</Td>
      <Td numeric>{percentWithError(found.left)}</Td>
    </tr>
  );
}

export function sentenceOf(review: LabReview): string {
  const asked = `Asking again about ${formatCount(review.reviewed)} of ${countOf(review.pairs, "pair")} (${formatPercent(review.budget)})`;
  const found = `finds ${formatPercent(review.margin.recall.mean)} of the ${countOf(review.errors, "wrong label")} where the margins are lowest, and ${formatPercent(review.random.recall.mean)} by lot`;
  return `${asked} ${found}.`;
}

/** How many labels are wrong before, after asking by lot, and after asking where margins are lowest. */
function Left({ review }: { review: LabReview }) {
  const bars: { name: string; figure: LabFigure; strong: boolean }[] = [
    { name: "Before", figure: { mean: review.wrong_before, se: 0 }, strong: false },
    { name: "After, by lot", figure: review.random.left, strong: false },
    { name: "After, lowest margins", figure: review.margin.left, strong: true },
  ];
  const top = Math.max(...bars.map((bar) => bar.figure.mean + bar.figure.se), 1e-9);
  return (
    <figure>
      <figcaption className="mb-2 text-sm font-medium">Share of labels that are wrong</figcaption>
      <ul className="flex flex-col gap-1.5">
        {bars.map(({ name, figure, strong }) => (
          <li key={name} className="grid grid-cols-[150px_1fr_56px] items-center gap-3 text-sm">
            <span className="text-muted">{name}</span>
            <span aria-hidden="true" className="relative h-4">
              <span
                className={
                  strong
                    ? "absolute inset-y-0 left-0 bg-(--chart-2)"
                    : "absolute inset-y-0 left-0 bg-control/60"
                }
                style={{ width: `${(figure.mean / top) * 100}%` }}
              />
              {figure.se > 0 && (
                <span
                  className="absolute top-1/2 h-px bg-fg"
                  style={{
                    left: `${(Math.max(0, figure.mean - figure.se) / top) * 100}%`,
                    width: `${((2 * figure.se) / top) * 100}%`,
                  }}
                />
              )}
            </span>
            <span className="num text-right">{formatPercent(figure.mean, 1)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
