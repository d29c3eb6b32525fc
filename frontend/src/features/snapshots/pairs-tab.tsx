import { useListKeys } from "@/actions";
import { DataTable, EmptyState, PagedRows } from "@/components/ui";
import type { PairRow, Snapshot } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatNumber, formatPercent } from "@/lib/format";
import { reasonWords } from "@/lib/recipes/words";
import { useSearchState } from "@/lib/use-search-state";
import { ChoiceBar } from "./choice-bar";
import { treatments } from "./lineage";
import { PairPanel } from "./pair-panel";

type Decision = PairRow["decision"];

const EMPTY: Record<Decision, { title: string; text: string }> = {
  keep: {
    title: "No pair was kept",
    text: "Every labelled pair was dropped or set aside. Look at the funnel of the recipe to see which step took them.",
  },
  drop: { title: "No pair was dropped", text: "Every labelled pair was kept or set aside for review." },
  review: {
    title: "No pair waits for review",
    text: "No step of the recipe sets pairs aside. Steps that can do so offer “Set aside for review”.",
  },
};

const CAPTIONS: Record<Decision, string> = {
  keep: "Kept pairs",
  drop: "Dropped pairs",
  review: "Pairs for review",
};

export function PairsTab({ snapshot }: { snapshot: Snapshot }) {
  const [search, setSearch] = useSearchState();
  const decision: Decision =
    search.decision === "drop" || search.decision === "review" ? search.decision : "keep";
  const list = usePaged<PairRow>(["snapshot", snapshot.id, "rows"], `/api/snapshots/${snapshot.id}/rows/`, {
    decision,
  });
  const { rows } = list;
  const shown = search.pair;
  const at = rows.findIndex((row) => row.pair_id === shown);
  const { active, setActive, rowProps } = useListKeys({
    id: "pairs",
    group: "Pairs",
    count: rows.length,
    onOpen: (index) => open(rows[index]),
    onPastEnd: () => list.hasMore && list.loadMore(),
    enabled: shown === undefined,
  });
  const open = (row: PairRow | undefined) => {
    if (!row) return;
    setActive(rows.indexOf(row));
    setSearch({ pair: row.pair_id }, { push: shown === undefined });
  };
  const step = (by: 1 | -1) => {
    open(rows[at + by]);
    // The next ones are there before they are asked for.
    if (at + by >= rows.length - 3 && list.hasMore && !list.isLoadingMore) list.loadMore();
  };

  return (
    <>
      <ChoiceBar
        label="Which pairs"
        value={decision}
        onChange={(value) => setSearch({ decision: value === "keep" ? undefined : value, pair: undefined })}
        choices={[
          { value: "keep", label: "Kept", count: snapshot.counts.kept },
          { value: "drop", label: "Dropped", count: snapshot.counts.dropped },
          { value: "review", label: "For review", count: snapshot.counts.review },
        ]}
      />
      <PagedRows
        list={list}
        empty={<EmptyState title={EMPTY[decision].title}>{EMPTY[decision].text}</EmptyState>}
      >
        <DataTable
          caption={CAPTIONS[decision]}
          rows={rows}
          rowKey={(row) => row.pair_id}
          onRowClick={open}
          active={shown === undefined ? active : at}
          rowProps={rowProps}
          columns={[
            {
              key: "prompt",
              header: "Prompt",
              className: "max-w-0 w-1/4",
              cell: (row) => (
                <button type="button" className="block w-full truncate text-left" onClick={() => open(row)}>
                  {row.prompt.at(-1)?.content}
                </button>
              ),
            },
            {
              key: "chosen",
              header: "Chosen",
              className: "max-w-0 w-1/5",
              cell: (row) => <span className="block truncate">{row.chosen.content}</span>,
            },
            {
              key: "rejected",
              header: "Rejected",
              className: "max-w-0 w-1/5",
              cell: (row) => <span className="block truncate text-muted">{row.rejected.content}</span>,
            },
            { key: "strength", header: "Strength", numeric: true, cell: (row) => formatNumber(row.strength) },
            { key: "votes", header: "Votes", numeric: true, cell: (row) => row.votes },
            {
              key: "agreement",
              header: "Agreement",
              numeric: true,
              cell: (row) => formatPercent(row.agreement),
            },
            decision === "keep"
              ? {
                  key: "split",
                  header: "Split",
                  cell: (row) => [row.split, ...treatments(row)].filter(Boolean).join(", "),
                }
              : {
                  key: "why",
                  header: "Why",
                  cell: (row) => (
                    <span>
                      {row.reason && reasonWords(row.reason)}
                      <span className="text-muted">{stepName(snapshot, row)}</span>
                    </span>
                  ),
                },
          ]}
        />
      </PagedRows>
      {shown !== undefined && (
        <PairPanel
          pairId={shown}
          views={[{ snapshot: snapshot.id, label: snapshot.name }]}
          position={at >= 0 ? { index: at, count: rows.length, more: list.hasMore } : null}
          canStep={(by) => rows[at + by] !== undefined}
          onStep={step}
          onClose={() => setSearch({ pair: undefined })}
        />
      )}
    </>
  );
}

/** Which step took the pair out; two steps of a recipe may give the same reason. */
function stepName(snapshot: Snapshot, row: PairRow): string {
  const title = snapshot.funnel.find((each) => each.index === row.step)?.title;
  return title ? ` · ${title}` : "";
}
