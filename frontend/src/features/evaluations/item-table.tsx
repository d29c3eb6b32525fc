import type { ReactNode } from "react";
import { useListKeys } from "@/actions";
import { type Column, DataTable, PagedRows, SidePanel } from "@/components/ui";
import type { usePaged } from "@/lib/api/use-paged";
import { NONE } from "@/lib/format";
import type { EvaluationItem, EvaluationRow } from "./api";
import { ItemTexts } from "./item-texts";

interface ItemTableProps<T> {
  /** Prefix for the ids of its keys, unique on the page. */
  id: string;
  caption: string;
  list: ReturnType<typeof usePaged<T>>;
  /** The place in the list of the item that stands beside it. */
  opened: number | null;
  onOpen: (index: number | null) => void;
  /** How wide a prompt may become. */
  promptClass: string;
  /** What is said of an item besides its prompt and scenario. */
  columns: Column<T>[];
  empty?: ReactNode;
}

/** Items by their prompts; one opens beside the list. */
export function ItemTable<T extends EvaluationItem | EvaluationRow>({
  id,
  caption,
  list,
  opened,
  onOpen,
  promptClass,
  columns,
  empty,
}: ItemTableProps<T>) {
  const { active, rowProps } = useListKeys({ id, group: "Items", count: list.rows.length, onOpen });
  const item = opened === null ? undefined : list.rows[opened];
  return (
    <>
      <PagedRows list={list} empty={empty}>
        <DataTable
          caption={caption}
          rows={list.rows}
          rowKey={(each) => each.index}
          onRowClick={(_, index) => onOpen(index)}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "prompt",
              header: "Prompt",
              className: promptClass,
              cell: (each) => (
                <button
                  type="button"
                  dir="auto"
                  className="block max-w-full truncate text-start"
                  onClick={() => onOpen(list.rows.indexOf(each))}
                >
                  {each.prompt.at(-1)?.content}
                </button>
              ),
            },
            { key: "subset", header: "Scenario", cell: (each) => each.subset || NONE },
            ...columns,
          ]}
        />
      </PagedRows>
      <SidePanel
        open={item !== undefined}
        onClose={() => onOpen(null)}
        title={item ? `Item ${item.item}` : ""}
      >
        {item && <ItemTexts item={item} />}
      </SidePanel>
    </>
  );
}
