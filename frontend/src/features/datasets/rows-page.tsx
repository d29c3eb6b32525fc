import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useActions } from "@/actions";
import { Button, EmptyState, ErrorState, LinkButton, Skeleton } from "@/components/ui";
import type { DatasetRow, DatasetVersion } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { FilterBar } from "./filter-bar";
import { predicateOf, withoutFilters } from "./filters";
import { rowsQuery } from "./queries";
import { Reader } from "./reader";
import { RowsTable } from "./rows-table";
import { useChosenVersion } from "./use-version";

const PAGE_SIZE = 50;

export function RowsPage() {
  const { isPending, chosen } = useChosenVersion();
  if (isPending) return <Skeleton lines={8} />;
  return chosen ? <RowBrowser key={chosen.id} version={chosen} /> : <NothingImported />;
}

function NothingImported() {
  const project = useProject();
  const canManage = useCan("dataset.manage");
  const id = useNumberParam("datasetId");
  return (
    <EmptyState
      title="Nothing imported yet"
      action={
        canManage && (
          <LinkButton to={paths.datasetTab(project.id, id, "imports")} variant="primary" icon="upload">
            Import file
          </LinkButton>
        )
      }
    >
      Import a file of prompts with two or more responses; every import makes a new version, and older ones
      stay as they are.
    </EmptyState>
  );
}

function RowBrowser({ version }: { version: DatasetVersion }) {
  const client = useQueryClient();
  const [search, setSearch] = useSearchState();
  const searchRef = useRef<HTMLInputElement>(null);
  const predicate = predicateOf(search);
  const options = rowsQuery(version.id, predicate, search.cursor, PAGE_SIZE);
  const query = useQuery({ ...options, placeholderData: (before) => before });
  // Keyset cursors only go forward; the way back is remembered here.
  const [trail, setTrail] = useState<(string | undefined)[]>([]);
  const rows = query.data?.results ?? [];
  const next = query.data?.next ?? null;

  const openRow = (row: DatasetRow | undefined) =>
    row && setSearch({ row: row.record_id }, { push: !search.row });
  const toNextPage = async (thenOpenFirst = false) => {
    if (!next) return;
    setTrail((before) => [...before, search.cursor]);
    const page = thenOpenFirst
      ? await client.ensureQueryData(rowsQuery(version.id, predicate, next, PAGE_SIZE))
      : undefined;
    setSearch({ cursor: next, row: page?.results[0]?.record_id });
  };
  const toPreviousPage = async (thenOpenLast = false) => {
    if (!search.cursor) return;
    const cursor = trail.at(-1);
    setTrail((before) => before.slice(0, -1));
    const page = thenOpenLast
      ? await client.ensureQueryData(rowsQuery(version.id, predicate, cursor, PAGE_SIZE))
      : undefined;
    setSearch({ cursor, row: page?.results.at(-1)?.record_id });
  };
  const filter = (change: Record<string, string | undefined>) => {
    setTrail([]);
    setSearch({ ...change, cursor: undefined, row: undefined });
  };

  useActions([
    {
      id: "rows.search",
      label: "Search rows",
      keys: ["/"],
      group: "Rows",
      icon: "search",
      when: () => !search.row,
      run: () => searchRef.current?.focus(),
    },
  ]);

  if (search.row) {
    const index = rows.findIndex((row) => row.record_id === search.row);
    return (
      <Reader
        version={version}
        recordId={search.row}
        known={rows[index]}
        position={index >= 0 ? { index, count: rows.length } : null}
        onStep={(step) => {
          const target = rows[index + step];
          if (target) openRow(target);
          else if (step > 0) void toNextPage(true);
          else void toPreviousPage(true);
        }}
        canStep={(step) => Boolean(rows[index + step]) || (step > 0 ? next !== null : Boolean(search.cursor))}
        onClose={() => setSearch({ row: undefined })}
      />
    );
  }
  return (
    <>
      <FilterBar search={search} onChange={filter} searchRef={searchRef}>
        <span className="text-sm text-muted" aria-live="polite">
          {query.isFetching ? "Looking…" : ""}
        </span>
      </FilterBar>
      {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton lines={10} />}
      {query.data && rows.length === 0 && (
        <EmptyState
          title="No row matches"
          action={<Button onClick={() => filter(withoutFilters())}>Clear all filters</Button>}
        >
          None of the rows of this version meets all filters above.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <>
          <RowsTable
            rows={rows}
            version={version}
            onOpen={openRow}
            onPastEnd={() => void toNextPage()}
            onPastStart={() => void toPreviousPage()}
          />
          <nav aria-label="Pages" className="flex items-center gap-2 pt-3">
            <Button icon="chevron-left" disabled={!search.cursor} onClick={() => void toPreviousPage()}>
              Previous {PAGE_SIZE}
            </Button>
            <Button disabled={!next} onClick={() => void toNextPage()}>
              Next {PAGE_SIZE}
            </Button>
          </nav>
        </>
      )}
    </>
  );
}
