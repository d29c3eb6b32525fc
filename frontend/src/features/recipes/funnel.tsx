import { Section } from "@/components/ui";
import type { RecipePreview } from "@/lib/api/types";
import { countOf, formatCount, humanize } from "@/lib/format";

/** How many pairs each step lets through; bars share one scale. */
export function Funnel({ preview }: { preview: RecipePreview }) {
  const widest = Math.max(1, preview.pairs_in);
  return (
    <Section title="Funnel">
      <table className="w-full">
        <caption className="sr-only">Pairs kept by each step</caption>
        <tbody>
          <Bar name="All labelled pairs" count={preview.pairs_in} widest={widest} />
          {preview.funnel.map((step) => (
            <Bar
              key={step.index}
              name={step.title}
              count={step.kept}
              widest={widest}
              lost={[
                step.dropped > 0 && `−${formatCount(step.dropped)} dropped`,
                step.review > 0 && `−${formatCount(step.review)} to review`,
              ]
                .filter(Boolean)
                .join(", ")}
              reasons={step.reasons}
            />
          ))}
        </tbody>
      </table>
      <p className="num mt-3 text-muted">
        {countOf(preview.kept, "pair")} kept, {formatCount(preview.dropped)} dropped,{" "}
        {formatCount(preview.review)} set aside for review.
      </p>
    </Section>
  );
}

interface BarProps {
  name: string;
  count: number;
  widest: number;
  lost?: string;
  reasons?: Record<string, number>;
}

function Bar({ name, count, widest, lost, reasons = {} }: BarProps) {
  const why = Object.entries(reasons)
    .filter(([, number]) => number > 0)
    .map(([reason, number]) => `${formatCount(number)} ${humanize(reason)}`)
    .join(" · ");
  return (
    <tr className="align-top">
      <th scope="row" className="w-56 py-1.5 pr-4 text-left font-normal">
        {name}
      </th>
      <td className="py-1.5">
        <div className="h-5 rounded-sm bg-sunken">
          <div className="h-5 rounded-sm bg-(--chart-2)" style={{ width: `${(count / widest) * 100}%` }} />
        </div>
        {why && <p className="pt-0.5 text-sm text-muted">{why}</p>}
      </td>
      <td className="num w-24 py-1.5 pl-4 text-right">{formatCount(count)}</td>
      <td className="num w-48 py-1.5 pl-4 text-muted max-md:hidden">{lost}</td>
    </tr>
  );
}
