import { useState } from "react";
import { useListKeys } from "@/actions";
import { Markdown } from "@/components/markdown";
import { DataTable, EmptyState, ErrorState, LoadMore, Select, SidePanel, Skeleton } from "@/components/ui";
import type { PairRow, Snapshot } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { countOf, formatNumber, humanize } from "@/lib/format";
import { useSearchState } from "@/lib/use-search-state";

const DECISIONS = [
  { value: "keep", label: "Kept pairs" },
  { value: "drop", label: "Dropped pairs" },
  { value: "review", label: "Pairs for review" },
];

export function PairsTab({ snapshot }: { snapshot: Snapshot }) {
  const [search, setSearch] = useSearchState();
  const decision = search.decision ?? "keep";
  const [shown, setShown] = useState<PairRow | null>(null);
  const list = usePaged<PairRow>(["snapshot", snapshot.id, "rows"], `/api/snapshots/${snapshot.id}/rows/`, {
    decision,
  });
  const { active, rowProps } = useListKeys({
    id: "pairs",
    group: "Pairs",
    count: list.rows.length,
    onOpen: (index) => setShown(list.rows[index] ?? null),
  });
  return (
    <>
      <Select
        aria-label="Which pairs"
        className="mb-3 w-52!"
        value={decision}
        onChange={(event) => setSearch({ decision: event.target.value })}
        options={DECISIONS}
      />
      {list.error && <ErrorState error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Skeleton />}
      {!list.isPending && !list.error && list.rows.length === 0 && (
        <EmptyState title="No pairs here">The recipe put no pair into this group.</EmptyState>
      )}
      {list.rows.length > 0 && (
        <DataTable
          caption={DECISIONS.find((each) => each.value === decision)?.label ?? "Pairs"}
          rows={list.rows}
          rowKey={(row) => row.pair_id}
          onRowClick={setShown}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "prompt",
              header: "Prompt",
              className: "max-w-0 w-1/3",
              cell: (row) => (
                <button
                  type="button"
                  className="block w-full truncate text-left"
                  onClick={() => setShown(row)}
                >
                  {row.prompt.at(-1)?.content}
                </button>
              ),
            },
            {
              key: "chosen",
              header: "Chosen",
              className: "max-w-0 w-1/4",
              cell: (row) => <span className="block truncate">{row.chosen.content}</span>,
            },
            {
              key: "rejected",
              header: "Rejected",
              className: "max-w-0 w-1/4",
              cell: (row) => <span className="block truncate text-muted">{row.rejected.content}</span>,
            },
            { key: "strength", header: "Strength", numeric: true, cell: (row) => formatNumber(row.strength) },
            { key: "votes", header: "Votes", numeric: true, cell: (row) => row.votes },
            {
              key: "why",
              header: decision === "keep" ? "Split" : "Reason",
              cell: (row) => (decision === "keep" ? row.split : row.reason && humanize(row.reason)),
            },
          ]}
        />
      )}
      <LoadMore list={list} />
      <SidePanel open={shown !== null} onClose={() => setShown(null)} title="Pair">
        {shown && <Pair row={shown} />}
      </SidePanel>
    </>
  );
}

function Pair({ row }: { row: PairRow }) {
  return (
    <div className="flex flex-col gap-5">
      <p className="num text-sm text-muted">
        Strength {formatNumber(row.strength)} from {countOf(row.votes, "vote")}
        {Object.entries(row.margins).map(([name, value]) => ` · ${humanize(name)} ${formatNumber(value)}`)}
        {row.aspect && ` · ${row.aspect}`}
        {row.split && ` · ${row.split}`}
        {row.reason && ` · ${humanize(row.reason)}`}
      </p>
      {row.prompt.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: turns have no identity but their place.
        <section key={index}>
          <h3 className="mb-1 text-sm font-medium text-faint">{humanize(message.role)}</h3>
          <Markdown text={message.content} compact />
        </section>
      ))}
      <section className="border-t border-line pt-4">
        <h3 className="mb-1 text-sm font-medium text-faint">Chosen</h3>
        <Markdown text={row.chosen.content} compact />
      </section>
      <section className="border-t border-line pt-4">
        <h3 className="mb-1 text-sm font-medium text-faint">Rejected</h3>
        <Markdown text={row.rejected.content} compact />
      </section>
    </div>
  );
}
