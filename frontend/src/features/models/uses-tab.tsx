import { useQuery } from "@tanstack/react-query";
import { Async, DataTable, EmptyState, Link } from "@/components/ui";
import { sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { type ModelDetail, type ModelUse, usesQuery } from "./api";

/** What would mean something else if this model were another. */
export function UsesTab({ model }: { model: ModelDetail }) {
  const project = useProject();
  const query = useQuery(usesQuery(model.id));
  return (
    <Async query={query}>
      {(uses) =>
        uses.length === 0 ? (
          <EmptyState title="Nothing uses this model yet">
            {model.kind === "reward"
              ? "Compute a signal on a dataset version and choose it there: its scores can then filter, pair and order."
              : "Make a judge of it, let it write responses, start a run from it, or ask a signal how likely it finds each response."}
          </EmptyState>
        ) : (
          <DataTable
            caption="What uses this model"
            rows={uses}
            rowKey={(use) => `${use.kind} ${use.id}`}
            columns={[
              { key: "kind", header: "What", cell: (use) => sentence(use.kind) },
              {
                key: "name",
                header: "Name",
                cell: (use) => {
                  const to = addressOf(project.id, use);
                  return to ? (
                    <Link to={to} className="text-fg">
                      {use.name}
                    </Link>
                  ) : (
                    use.name
                  );
                },
              },
            ]}
          />
        )
      }
    </Async>
  );
}

function addressOf(project: number, { kind, id }: ModelUse): string | null {
  if (kind === "judge") return paths.judge(project, id);
  if (kind === "run") return paths.run(project, id);
  if (kind === "evaluation") return paths.evaluation(project, id);
  // A signal stands on the page of its dataset version, which it does not name here.
  return null;
}
