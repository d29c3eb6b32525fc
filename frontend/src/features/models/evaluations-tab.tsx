import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useListKeys } from "@/actions";
import { Async, DataTable, EmptyState, Link, RelativeTime, StateBadge } from "@/components/ui";
import { countOf, formatCount, NONE, sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { type Evaluation, evaluationsQuery, kindsQuery, type ModelDetail } from "./api";
import { headlineOf } from "./headline";

/** What the model was measured at, the newest first. */
export function EvaluationsTab({ model }: { model: ModelDetail }) {
  const project = useProject();
  const navigate = useNavigate();
  const query = useQuery(evaluationsQuery(model.id));
  const kinds = useQuery(kindsQuery).data ?? [];
  const titleOf = (kind: string) => kinds.find((each) => each.key === kind)?.title ?? sentence(kind);
  const open = (each: Evaluation) => void navigate({ to: paths.evaluation(project.id, each.id) });
  const found = query.data?.results ?? [];
  const { active, rowProps } = useListKeys({
    id: "model-evaluations",
    group: "Evaluations",
    count: found.length,
    onOpen: (index) => found[index] && open(found[index]),
  });
  return (
    <Async query={query}>
      {({ results }) =>
        results.length === 0 ? (
          <EmptyState title="Not evaluated yet">
            Evaluate it on a benchmark file or on the held-out pairs of a snapshot. Models that runs make are
            evaluated on their snapshot’s held-out pairs by themselves.
          </EmptyState>
        ) : (
          <DataTable
            caption="Evaluations of this model"
            rows={results}
            rowKey={(each) => each.id}
            onRowClick={open}
            active={active}
            rowProps={rowProps}
            columns={[
              {
                key: "kind",
                header: "What",
                cell: (each) => (
                  <Link to={paths.evaluation(project.id, each.id)} className="font-medium text-fg">
                    {titleOf(each.kind)}
                  </Link>
                ),
              },
              { key: "set", header: "On", cell: (each) => each.evaluation_set.name },
              ...(results.some((each) => each.against)
                ? [
                    {
                      key: "against",
                      header: "Beside",
                      cell: (each: Evaluation) => each.against?.name ?? NONE,
                    },
                  ]
                : []),
              {
                key: "value",
                header: "Main number",
                numeric: true,
                cell: (each) => headlineOf(each) ?? NONE,
              },
              {
                key: "items",
                header: "Counted",
                numeric: true,
                cell: (each) =>
                  each.state === "succeeded" ? (
                    <span title={each.leak.sentence}>
                      {countOf(each.counts.scored, "item")}
                      {each.counts.leaked > 0 && `, ${formatCount(each.counts.leaked)} left out`}
                    </span>
                  ) : (
                    NONE
                  ),
              },
              {
                key: "state",
                header: "State",
                className: "max-sm:min-w-56",
                cell: (each) => (
                  <>
                    <StateBadge state={each.state} />
                    {each.error && (
                      <span className="block max-w-[48ch] text-sm text-danger">{each.error}</span>
                    )}
                  </>
                ),
              },
              { key: "when", header: "Asked", cell: (each) => <RelativeTime at={each.created_at} /> },
            ]}
          />
        )
      }
    </Async>
  );
}
