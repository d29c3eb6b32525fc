import { useQuery } from "@tanstack/react-query";
import { aroundZero, type Interval, IntervalChart } from "@/components/chart";
import { Async, EmptyState, Field, Section, Select } from "@/components/ui";
import { asSentence, countOf, formatCount, formatNumber } from "@/lib/format";
import { useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { comparisonQuery, type Difference, type Evaluation, siblingsQuery } from "./api";

/** Another model's evaluation of the same kind on the same set, by the paired bootstrap. */
export function CompareTab({ evaluation }: { evaluation: Evaluation }) {
  const project = useProject();
  const [search, setSearch] = useSearchState();
  const query = useQuery(siblingsQuery(project.id, evaluation));
  return (
    <Async query={query}>
      {(others) => {
        const other = others.find((each) => each.id === Number(search.against)) ?? others[0];
        if (!other)
          return (
            <EmptyState title="No other model was evaluated on this set">
              Evaluate another model in the same way on {evaluation.evaluation_set.name}, and both are
              compared here item by item.
            </EmptyState>
          );
        return (
          <>
            <Field label="Beside" mark={false} className="mb-4 max-w-96">
              <Select
                value={String(other.id)}
                onChange={(event) => setSearch({ against: event.target.value })}
                options={others.map((each) => ({
                  value: String(each.id),
                  label: `${each.model.name} · ${each.id}`,
                }))}
              />
            </Field>
            <Compared evaluation={evaluation} other={other} />
          </>
        );
      }}
    </Async>
  );
}

function Compared({ evaluation, other }: { evaluation: Evaluation; other: Evaluation }) {
  const project = useProject();
  const query = useQuery(comparisonQuery(project.id, other.id, evaluation.id));
  return (
    <Async query={query}>
      {(found) => {
        const rows = [{ ...found.overall, name: "Overall" }, ...found.subsets];
        return (
          <Section title={`${evaluation.model.name} minus ${other.model.name}`}>
            <p className="mb-1 max-w-[80ch]">{asSentence(found.sentence)}</p>
            <p className="num mb-4 text-sm text-muted">
              {countOf(found.items, "item")} in both; {formatCount(found.only_b_right)} only{" "}
              {evaluation.model.name} gets right, {formatCount(found.only_a_right)} only {other.model.name}.
            </p>
            <IntervalChart
              title="Difference in points"
              scale={aroundZero(rows.map(pointsOf), 5)}
              reference={0}
              format={pointWords}
              formatTick={(value) => formatNumber(value)}
              rows={rows.map((row, at) => ({
                key: `${at} ${row.name}`,
                label: row.name || "All",
                value: pointsOf(row),
                count: `${countOf(row.n, "item")}, p = ${formatNumber(row.p)}`,
              }))}
            />
          </Section>
        );
      }}
    </Async>
  );
}

const pointsOf = ({ difference, low, high }: Difference): Interval => ({
  estimate: 100 * difference,
  low: 100 * low,
  high: 100 * high,
});

const pointWords = ({ estimate, low, high }: Interval) =>
  `${formatNumber(estimate)} (${formatNumber(low)} to ${formatNumber(high)})`;
