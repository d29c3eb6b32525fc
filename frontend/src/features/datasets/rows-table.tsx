import { useListKeys } from "@/actions";
import { DataTable, NoteText } from "@/components/ui";
import type { DatasetRow, DatasetVersion } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { lastUserMessage, turnsOf, verdictText } from "./labels";

interface RowsTableProps {
  rows: DatasetRow[];
  version: DatasetVersion;
  onOpen: (row: DatasetRow | undefined) => void;
  onPastEnd: () => void;
  onPastStart: () => void;
}

export function RowsTable({ rows, version, onOpen, onPastEnd, onPastStart }: RowsTableProps) {
  const { active, rowProps } = useListKeys({
    id: "rows",
    group: "Rows",
    count: rows.length,
    onOpen: (index) => onOpen(rows[index]),
    onPastEnd,
    onPastStart,
  });
  return (
    <DataTable
      caption={`Rows of version ${version.number}`}
      rows={rows}
      rowKey={(row) => row.record_id}
      onRowClick={onOpen}
      active={active}
      rowProps={rowProps}
      columns={[
        {
          key: "prompt",
          header: "Prompt",
          className: "md:w-1/2 md:max-w-0 max-md:min-w-44",
          cell: (row) => (
            <button
              type="button"
              dir="auto"
              onClick={() => onOpen(row)}
              className="line-clamp-2 w-full text-left break-words"
            >
              {lastUserMessage(row.prompt) || <NoteText>Empty prompt</NoteText>}
            </button>
          ),
        },
        {
          key: "turns",
          header: "Turns",
          numeric: true,
          className: "max-md:hidden",
          cell: (row) => formatCount(turnsOf(row.prompt)),
        },
        {
          key: "responses",
          header: "Responses",
          numeric: true,
          className: "max-md:hidden",
          cell: (row) => formatCount(row.responses.length),
        },
        { key: "labels", header: "Labels", numeric: true, cell: (row) => formatCount(row.labels.length) },
        {
          key: "verdict",
          header: "Verdict",
          className: "whitespace-nowrap",
          cell: (row) => verdictText(row) || <NoteText>not labelled</NoteText>,
        },
        {
          key: "context",
          header: "Judged under",
          className: "max-w-48 max-md:hidden",
          cell: (row) => <span className="line-clamp-1">{row.context}</span>,
        },
      ]}
    />
  );
}
