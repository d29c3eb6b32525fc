import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useListKeys } from "@/actions";
import { Button, DataTable } from "@/components/ui";
import type { PairRow, Snapshot, SnapshotChange } from "@/lib/api/types";
import { countOf, formatCount } from "@/lib/format";
import { useSearchState } from "@/lib/use-search-state";
import { lineageQuery } from "./api";
import type { Change } from "./difference";
import { decisionWords } from "./lineage";
import { PairPanel } from "./pair-panel";

const AT_ONCE = 10;

/** A pair as one snapshot sees it: undefined while it is read, null where the snapshot never saw it. */
type Seen = PairRow | null | undefined;

interface Row {
  id: string;
  before: Seen;
  now: Seen;
}

/** The pairs behind a number of the difference, read a few at a time, as both snapshots see them. */
export function ChangeList({
  change,
  found,
  before,
  now,
}: {
  change: Change;
  found: SnapshotChange;
  before: Snapshot;
  now: Snapshot;
}) {
  const [search, setSearch] = useSearchState();
  const [wanted, setWanted] = useState(AT_ONCE);
  const ids = found.pair_ids.slice(0, wanted);
  const seenBefore = useQueries({ queries: ids.map((id) => lineageQuery(before.id, id)) });
  const seenNow = useQueries({ queries: ids.map((id) => lineageQuery(now.id, id)) });
  const rows: Row[] = ids.map((id, index) => ({
    id,
    before: seenIn(seenBefore[index]),
    now: seenIn(seenNow[index]),
  }));
  const shown = search.pair;
  const at = ids.indexOf(shown ?? "");
  const { active, setActive, rowProps } = useListKeys({
    id: "changes",
    group: "Difference",
    count: rows.length,
    onOpen: (index) => open(rows[index]),
    enabled: shown === undefined,
  });
  const open = (row: Row | undefined) => {
    if (!row) return;
    setActive(rows.indexOf(row));
    setSearch({ pair: row.id }, { push: shown === undefined });
  };
  const text = (row: Row) => row.now ?? row.before;
  const left = found.pair_ids.length - ids.length;
  const views = [
    { snapshot: now.id, label: `Now: ${now.name}` },
    { snapshot: before.id, label: `Before: ${before.name}` },
  ];

  return (
    <>
      <DataTable
        caption={`Pairs: ${change}`}
        rows={rows}
        rowKey={(row) => row.id}
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
                {text(row)?.prompt.at(-1)?.content ?? <code className="font-mono text-sm">{row.id}</code>}
              </button>
            ),
          },
          {
            key: "chosen",
            header: "Chosen",
            className: "max-w-0 w-1/6",
            cell: (row) => <span className="block truncate">{text(row)?.chosen.content}</span>,
          },
          {
            key: "rejected",
            header: "Rejected",
            className: "max-w-0 w-1/6",
            cell: (row) => <span className="block truncate text-muted">{text(row)?.rejected.content}</span>,
          },
          { key: "before", header: "Before", cell: (row) => <SeenAs seen={row.before} /> },
          { key: "now", header: "Now", cell: (row) => <SeenAs seen={row.now} /> },
        ]}
      />
      <div className="flex flex-wrap items-center gap-3 pt-3">
        {left > 0 && (
          <Button onClick={() => setWanted(wanted + AT_ONCE)}>
            Show {countOf(Math.min(left, AT_ONCE), "more pair")}
          </Button>
        )}
        {found.count > found.pair_ids.length && (
          <span className="text-sm text-muted">
            The first {formatCount(found.pair_ids.length)} of {formatCount(found.count)} can be looked at
            here.
          </span>
        )}
      </div>
      {shown !== undefined && (
        <PairPanel
          key={change}
          pairId={shown}
          views={change === "removed" ? views.toReversed() : views}
          position={at >= 0 ? { index: at, count: ids.length, more: left > 0 } : null}
          canStep={(by) => rows[at + by] !== undefined}
          onStep={(by) => open(rows[at + by])}
          onClose={() => setSearch({ pair: undefined })}
        />
      )}
    </>
  );
}

function seenIn(query: { data?: { pair: PairRow } | undefined; isError: boolean } | undefined): Seen {
  return query?.data ? query.data.pair : query?.isError ? null : undefined;
}

function SeenAs({ seen }: { seen: Seen }) {
  return seen === undefined ? (
    <span className="text-faint">Reading…</span>
  ) : (
    <span className={seen?.decision === "keep" ? "" : "text-muted"}>{decisionWords(seen)}</span>
  );
}
