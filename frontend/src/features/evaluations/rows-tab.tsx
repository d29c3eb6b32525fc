import { Badge, EmptyState, Field, Select } from "@/components/ui";
import { usePaged } from "@/lib/api/use-paged";
import { formatNumber, formatPercent, sentence } from "@/lib/format";
import { useSearchState } from "@/lib/use-search-state";
import type { Evaluation, EvaluationRow } from "./api";
import { ItemTable } from "./item-table";
import { namedOf } from "./measured";

const ONLY = [
  { value: "", label: "All items" },
  { value: "wrong", label: "Wrong" },
  { value: "ok", label: "Counted" },
  { value: "failed", label: "Failed" },
  { value: "leaked", label: "Left out: trained on" },
];

/** What the model said of each item; a row opens beside the list. */
export function RowsTab({ evaluation }: { evaluation: Evaluation }) {
  const [search, setSearch] = useSearchState();
  const only = search.only ?? "";
  const subset = search.subset ?? "";
  const subsets = namedOf(evaluation.metrics.subsets).map((each) => each.name);
  const list = usePaged<EvaluationRow>(
    ["evaluation", evaluation.id, "rows"],
    `/api/evaluations/${evaluation.id}/rows/`,
    { only, subset, limit: 50 },
  );
  const show = (which: Record<string, string | undefined>) => setSearch({ ...which, item: undefined });
  return (
    <>
      <div className="mb-4 flex flex-wrap gap-4">
        <Field label="Show" mark={false} className="w-52">
          <Select
            value={only}
            onChange={(event) => show({ only: event.target.value || undefined })}
            options={ONLY}
          />
        </Field>
        {subsets.length > 1 && (
          <Field label="Scenario" mark={false} className="w-64">
            <Select
              value={subset}
              onChange={(event) => show({ subset: event.target.value || undefined })}
              options={[
                { value: "", label: "All scenarios" },
                ...subsets.map((name) => ({ value: name, label: name })),
              ]}
            />
          </Field>
        )}
      </div>
      <ItemTable
        id="evaluation-rows"
        caption="Items of the evaluation"
        list={list}
        promptClass="max-w-[44ch]"
        columns={[
          { key: "state", header: "State", cell: (each) => <State row={each} /> },
          { key: "margin", header: "Margin", numeric: true, cell: (each) => formatNumber(each.margin) },
        ]}
        empty={<EmptyState title="No such items">Choose another state or scenario above.</EmptyState>}
      />
    </>
  );
}

function State({ row }: { row: EvaluationRow }) {
  if (row.state === "leaked") return <Badge tone="warn">Trained on</Badge>;
  if (row.state === "failed") return <Badge tone="danger">{sentence(row.reason ?? "failed")}</Badge>;
  return (
    <>
      {row.credit === null
        ? "Counted"
        : row.credit >= 1
          ? "Right"
          : row.credit > 0
            ? `In part, ${formatPercent(row.credit)}`
            : "Wrong"}
    </>
  );
}
