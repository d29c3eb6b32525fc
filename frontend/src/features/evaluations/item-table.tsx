import type { ReactNode } from "react";
import { useListKeys } from "@/actions";
import { type Column, DataTable, PagedRows, SidePanel } from "@/components/ui";
import type { usePaged } from "@/lib/api/use-paged";
import { NONE } from "@/lib/format";
import { useSearchState } from "@/lib/use-search-state";
import type { EvaluationItem, EvaluationRow } from "./api";
import { ItemTexts } from "./item-texts";

interface ItemTableProps<T> {
  /** Prefix for the ids of its keys, unique on the page. */
  id: string;
  caption: string;
  list: ReturnType<typeof usePaged<T>>;
  /** How wide a prompt may become. */
  promptClass: string;
  /** What is said of an item besides its prompt and scenario. */
  columns: Column<T>[];
  empty?: ReactNode;
}

/** Items by their prompts; one opens beside the list, and the address says which: its place in the set, `item`. */
export function ItemTable<T extends EvaluationItem | EvaluationRow>({
  id,
  caption,
  list,
  promptClass,
  columns,
  empty,
}: ItemTableProps<T>) {
  const [search, setSearch] = useSearchState();
  const item = list.rows.find((each) => String(each.index) === search.item);
  const open = (each: T | undefined) =>
    each && setSearch({ item: String(each.index) }, { push: item === undefined });
  const { active, rowProps } = useListKeys({
    id,
    group: "Items",
    count: list.rows.length,
    onOpen: (index) => open(list.rows[index]),
  });
  return (
    <>
      <PagedRows list={list} empty={empty}>
        <DataTable
          caption={caption}
          rows={list.rows}
          rowKey={(each) => each.index}
          onRowClick={open}
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
                  onClick={() => open(each)}
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
        onClose={() => setSearch({ item: undefined })}
        title={item ? `Item ${item.item}` : ""}
      >
        {item && <ItemTexts item={item} />}
      </SidePanel>
    </>
  );
}
