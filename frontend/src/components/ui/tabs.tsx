import { Link as RouterLink } from "@tanstack/react-router";
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";

const TAB =
  "relative -mb-px inline-flex h-9 items-center gap-1.5 border-b-2 border-transparent text-muted whitespace-nowrap hover:text-fg -outline-offset-2";

export interface TabItem {
  value: string;
  label: ReactNode;
  content: ReactNode;
}

/** Tabs inside a page that have no address of their own. */
export function Tabs({
  label,
  items,
  value,
  onChange,
}: {
  label: string;
  items: TabItem[];
  value?: string;
  onChange?: (value: string) => void;
}) {
  const first = items[0]?.value;
  // The value may come from an address that somebody typed.
  const shown = value === undefined || items.some((item) => item.value === value) ? value : first;
  return (
    <Radix.Root defaultValue={value ? undefined : first} value={shown} onValueChange={onChange}>
      <Radix.List aria-label={label} className="flex gap-5 overflow-x-auto border-b border-line">
        {items.map((item) => (
          <Radix.Trigger
            key={item.value}
            value={item.value}
            className={cx(TAB, "data-[state=active]:border-accent data-[state=active]:text-fg")}
          >
            {item.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {items.map((item) => (
        <Radix.Content key={item.value} value={item.value} className="pt-4">
          {item.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}

/** Tabs that are pages: each has its own address, so a view can be shared. */
export function LinkTabs({
  label,
  items,
}: {
  label: string;
  items: { to: string; label: ReactNode; count?: string; exact?: boolean }[];
}) {
  return (
    <nav aria-label={label} className="flex gap-5 overflow-x-auto border-b border-line">
      {items.map((item) => (
        <RouterLink
          key={item.to}
          to={item.to}
          activeOptions={{ exact: item.exact ?? false, includeSearch: false }}
          className={TAB}
          activeProps={{ className: "border-accent! text-fg!", "aria-current": "page" }}
        >
          {item.label}
          {item.count !== undefined && <span className="num text-xs text-faint">{item.count}</span>}
        </RouterLink>
      ))}
    </nav>
  );
}
