import { Badge, Section, Table, Td, Th } from "@/components/ui";
import type { Recipe, RecipeStepKind, Signal } from "@/lib/api/types";
import { formatCount, formatPercent, sentence } from "@/lib/format";
import { summaryOf } from "@/lib/recipes/words";
import { alignSteps } from "./align";
import type { Preview } from "./api";

const COUNTS: { title: string; of: (preview: Preview) => number }[] = [
  { title: "Pairs in", of: (preview) => preview.pairs_in },
  { title: "Kept", of: (preview) => preview.kept },
  { title: "Dropped", of: (preview) => preview.dropped },
  { title: "Set aside for review", of: (preview) => preview.review },
  { title: "Labels flipped", of: (preview) => preview.treated.flipped },
  { title: "Labels made soft", of: (preview) => preview.treated.softened },
  { title: "With another weight", of: (preview) => preview.treated.reweighted },
];

export function CompareCounts({ a, b }: { a: Preview; b: Preview }) {
  const rows = COUNTS.filter(({ of }, index) => index < 4 || of(a) > 0 || of(b) > 0);
  return (
    <div className="mt-6 max-w-[720px]">
      <Section title="Counts">
        <Table caption="Counts of both recipes">
          <thead>
            <tr>
              <Th>Pairs</Th>
              <Th numeric>A</Th>
              <Th numeric>B</Th>
              <Th numeric>B − A</Th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ title, of }) => (
              <tr key={title}>
                <Td>{title}</Td>
                <Td numeric>
                  <Count count={of(a)} total={a.pairs_in} />
                </Td>
                <Td numeric>
                  <Count count={of(b)} total={b.pairs_in} />
                </Td>
                <Td numeric>{difference(of(b) - of(a))}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
        <p className="pt-2 text-sm text-muted">
          These numbers say how many pairs differ, not which: equal counts can be different pairs.
        </p>
      </Section>
    </div>
  );
}

function Count({ count, total }: { count: number; total: number }) {
  return (
    <>
      {formatCount(count)}{" "}
      <span className="inline-block w-12 text-faint">{total > 0 && formatPercent(count / total)}</span>
    </>
  );
}

function difference(number: number): string {
  if (number === 0) return "0";
  return `${number > 0 ? "+" : "−"}${formatCount(Math.abs(number))}`;
}

interface StepsProps {
  a: Recipe;
  b: Recipe;
  kinds: RecipeStepKind[];
  signals: Signal[];
}

/** The steps of both recipes beside each other, with what differs. */
export function CompareSteps({ a, b, kinds, signals }: StepsProps) {
  const lines = alignSteps(a.steps, b.steps);
  const cell = (recipe: Recipe, place: number | null) => {
    const step = place === null ? undefined : recipe.steps[place];
    if (!step || place === null) return <span className="text-faint">–</span>;
    const title = kinds.find((each) => each.type === step.type)?.title ?? sentence(step.type);
    return (
      <>
        <span className="num text-faint">{place + 1}</span> {title}
        <span className="block text-sm text-muted">{summaryOf(step, signals)}</span>
      </>
    );
  };
  return (
    <Section title="Steps">
      <Table caption="Steps of both recipes">
        <thead>
          <tr>
            <Th>A: {a.name}</Th>
            <Th>B: {b.name}</Th>
            <Th>Difference</Th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.a}.${line.b}`} className="align-top">
              <Td className="w-[42%]">{cell(a, line.a)}</Td>
              <Td className="w-[42%]">{cell(b, line.b)}</Td>
              <Td>
                {line.same ? (
                  <span className="text-faint">same</span>
                ) : (
                  <Badge tone="accent">
                    {line.a === null ? "only in B" : line.b === null ? "only in A" : "changed"}
                  </Badge>
                )}
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}
