import { Section } from "@/components/ui";
import type { PairRow, RecipePreview } from "@/lib/api/types";
import { countOf, formatNumber, humanize } from "@/lib/format";

/** Real pairs on both sides of the cut, so that numbers are never trusted blindly. */
export function Examples({ preview }: { preview: RecipePreview }) {
  return (
    <Section title="Examples">
      <div className="grid gap-8 lg:grid-cols-2">
        <Side title="Kept" rows={preview.samples.kept} empty="Nothing is kept. Loosen a step." />
        <Side title="Dropped or set aside" rows={preview.samples.dropped} empty="Nothing is dropped." />
      </div>
    </Section>
  );
}

function Side({ title, rows, empty }: { title: string; rows: PairRow[]; empty: string }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-2 border-b border-line pb-1 font-medium text-muted">{title}</h3>
      {rows.length === 0 && <p className="text-faint">{empty}</p>}
      <ul>
        {rows.map((row) => (
          <li key={row.pair_id} className="border-b border-line py-3">
            <p dir="auto" className="line-clamp-2 font-medium">
              {row.prompt.at(-1)?.content}
            </p>
            <dl className="mt-1 grid grid-cols-[72px_1fr] gap-x-3 gap-y-1 text-sm">
              <dt className="text-faint">Chosen</dt>
              <dd dir="auto" className="line-clamp-2">
                {row.chosen.content}
              </dd>
              <dt className="text-faint">Rejected</dt>
              <dd dir="auto" className="line-clamp-2 text-muted">
                {row.rejected.content}
              </dd>
            </dl>
            <p className="num mt-1 text-sm text-muted">
              Strength {formatNumber(row.strength)} from {countOf(row.votes, "vote")}
              {Object.values(row.margins)
                .filter((margin) => margin !== null)
                .map((margin) => ` · margin ${formatNumber(margin)}`)}
              {row.aspect && ` · ${row.aspect}`}
              {row.reason && <span className="text-danger"> · {humanize(row.reason)}</span>}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
