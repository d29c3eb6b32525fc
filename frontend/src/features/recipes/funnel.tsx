import { Section } from "@/components/ui";
import type { FunnelStep } from "@/lib/api/types";
import { countOf, formatCount } from "@/lib/format";
import { reasonWords } from "@/lib/recipes/words";
import type { Preview } from "./api";

/** How many pairs each step lets through; bars share one scale. */
export function Funnel({
  preview,
  title = "Funnel",
  widest,
}: {
  preview: Preview;
  title?: string;
  widest?: number;
}) {
  const scale = Math.max(1, widest ?? preview.pairs_in);
  return (
    <Section title={title}>
      <table className="w-full">
        <caption className="sr-only">Pairs kept by each step</caption>
        <tbody>
          <Bar name="All labelled pairs" count={preview.pairs_in} widest={scale} />
          {preview.funnel.map((step) => (
            <Bar key={step.index} name={step.title} count={step.kept} widest={scale} step={step} />
          ))}
        </tbody>
      </table>
      <p className="num mt-3 text-muted">
        {countOf(preview.kept, "pair")} kept, {formatCount(preview.dropped)} dropped,{" "}
        {formatCount(preview.review)} set aside for review.
      </p>
      <Treated preview={preview} />
    </Section>
  );
}

/** What was done to pairs that stay, said only where something was. */
function Treated({ preview: { treated } }: { preview: Preview }) {
  const said = [
    treated.flipped > 0 && `${countOf(treated.flipped, "label")} flipped`,
    treated.softened > 0 && `${countOf(treated.softened, "label")} made soft`,
    treated.reweighted > 0 && `${countOf(treated.reweighted, "pair")} with another weight`,
  ].filter(Boolean);
  if (said.length === 0) return null;
  return <p className="num text-muted">Among those kept: {said.join(", ")}.</p>;
}

interface BarProps {
  name: string;
  count: number;
  widest: number;
  step?: FunnelStep;
}

function Bar({ name, count, widest, step }: BarProps) {
  const share = (number: number) => `${(number / widest) * 100}%`;
  const lost = [
    step && step.dropped > 0 && `−${formatCount(step.dropped)} dropped`,
    step && step.review > 0 && `−${formatCount(step.review)} to review`,
  ].filter(Boolean);
  const why = Object.entries(step?.reasons ?? {})
    .filter(([, number]) => number > 0)
    .map(([reason, number]) => `${formatCount(number)} ${reasonWords(reason, number)}`)
    .join(" · ");
  return (
    <tr className="align-top">
      <th scope="row" className="w-[38%] max-w-64 py-1.5 pr-4 text-left font-normal break-words">
        {name}
      </th>
      <td className="py-1.5">
        <div className="flex h-5 overflow-hidden rounded-sm bg-sunken">
          <div className="h-5 bg-(--chart-2)" style={{ width: share(count) }} />
          {step && step.review > 0 && (
            <div className="h-5 bg-(--chart-2) opacity-35" style={{ width: share(step.review) }} />
          )}
        </div>
        {(why || lost.length > 0) && (
          <p className="num pt-0.5 text-sm text-muted">
            {lost.join(", ")}
            {why && lost.length > 0 && ": "}
            {why}
          </p>
        )}
      </td>
      <td className="num w-20 py-1.5 pl-4 text-right">{formatCount(count)}</td>
    </tr>
  );
}
