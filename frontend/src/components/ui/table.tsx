import type { ComponentProps, ReactNode } from "react";
import { cx } from "@/lib/cx";

/** Plain table parts, for tables that DataTable cannot say. The header sticks to the top while scrolling. */
export function Table({
  caption,
  className,
  children,
}: {
  caption: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div className="overflow-x-auto">
      <table className={cx("w-full border-collapse text-left", className)}>
        <caption className="sr-only">{caption}</caption>
        {children}
      </table>
    </div>
  );
}

export function Th({ numeric, className, ...rest }: ComponentProps<"th"> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      className={cx(
        "sticky top-0 z-10 h-8 border-b border-line bg-canvas px-2 text-xs font-medium whitespace-nowrap text-muted first:pl-0 last:pr-0",
        numeric && "text-right",
        className,
      )}
      {...rest}
    />
  );
}

export function Td({ numeric, className, ...rest }: ComponentProps<"td"> & { numeric?: boolean }) {
  return (
    <td
      className={cx(
        "h-9 border-b border-line px-2 py-1.5 first:pl-0 last:pr-0",
        numeric && "num text-right whitespace-nowrap",
        className,
      )}
      {...rest}
    />
  );
}

export interface Column<T> {
  key: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  numeric?: boolean;
  className?: string;
}

interface DataTableProps<T> {
  caption: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string | number;
  /** Click on a row; give the same by a link or button in the first cell, so that the keyboard has it too. */
  onRowClick?: (row: T, index: number) => void;
  /** Highlighted row (j/k), see useListKeys. */
  active?: number;
  rowProps?: (index: number) => Record<string, string>;
}

export function DataTable<T>({
  caption,
  columns,
  rows,
  rowKey,
  onRowClick,
  active,
  rowProps,
}: DataTableProps<T>) {
  return (
    <Table caption={caption}>
      <thead>
        <tr>
          {columns.map((column) => (
            <Th key={column.key} numeric={column.numeric} className={column.className}>
              {column.header}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr
            key={rowKey(row)}
            {...rowProps?.(index)}
            aria-current={active === index ? "true" : undefined}
            onClick={onRowClick && ((event) => !isOwnControl(event.target) && onRowClick(row, index))}
            className={cx(
              onRowClick && "cursor-pointer hover:bg-subtle",
              active === index && "bg-accent-soft!",
            )}
          >
            {columns.map((column) => (
              <Td key={column.key} numeric={column.numeric} className={column.className}>
                {column.cell(row)}
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function isOwnControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("a,button,input,select,label,summary") !== null;
}
