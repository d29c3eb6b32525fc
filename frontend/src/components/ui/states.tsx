import { type ReactNode, useId } from "react";
import { messageOf } from "@/lib/api/errors";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { Button } from "./button";
import { Icon } from "./icon";

/** Nothing here yet: one sentence that teaches, one action, perhaps an example. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-start gap-3 border-y border-line py-10">
      <h2 className="text-lg">{title}</h2>
      {children && <div className="max-w-[60ch] text-muted">{children}</div>}
      {action && <div className="flex flex-wrap items-center gap-2 pt-1">{action}</div>}
    </div>
  );
}

/** Grey lines where content will be; they show only after 200 ms. */
export function Skeleton({ lines = 3, className }: { lines?: number; className?: string }) {
  const id = useId();
  const t = useT();
  return (
    <div
      role="status"
      aria-label={t("Loading")}
      className={cx("appear-late flex flex-col gap-3 py-2", className)}
    >
      {Array.from({ length: lines }, (_, index) => (
        <div
          key={`${id}-${String(index)}`}
          className="h-4 rounded-sm bg-sunken"
          style={{ width: `${92 - ((index * 17) % 40)}%` }}
        />
      ))}
    </div>
  );
}

/** A request that failed, with the way out. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT();
  return (
    <div role="alert" className="flex flex-col items-start gap-3 border-y border-line py-8">
      <p className="flex items-start gap-2 text-danger">
        <Icon name="warning" className="mt-0.5 shrink-0" />
        <span>{messageOf(error)}</span>
      </p>
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          {t("Try again")}
        </Button>
      )}
    </div>
  );
}

interface AsyncProps<T> {
  query: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  skeletonLines?: number;
  children: (data: T) => ReactNode;
}

/** Skeleton, error or content of one query. Data that is already there stays while it is refreshed. */
export function Async<T>({ query, skeletonLines = 4, children }: AsyncProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton lines={skeletonLines} />;
}

/** "Show more" below a keyset-paged list. */
export function LoadMore({
  list,
}: {
  list: { hasMore: boolean; isLoadingMore: boolean; loadMore: () => void };
}) {
  const t = useT();
  if (!list.hasMore) return null;
  return (
    <div className="pt-3">
      <Button busy={list.isLoadingMore} onClick={list.loadMore}>
        {t("Show more")}
      </Button>
    </div>
  );
}

interface PagedRowsProps {
  list: Parameters<typeof LoadMore>[0]["list"] & {
    rows: unknown[];
    isPending: boolean;
    isEmpty: boolean;
    error: Error | null;
    refetch: () => void;
  };
  /** What stands where there is no row. */
  empty?: ReactNode;
  children: ReactNode;
}

/** Skeleton, error, rows or what is said without any, and "Show more", for a list of `usePaged`. */
export function PagedRows({ list, empty, children }: PagedRowsProps) {
  return (
    <>
      {list.error && <ErrorState error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Skeleton />}
      {list.isEmpty && empty}
      {list.rows.length > 0 && children}
      <LoadMore list={list} />
    </>
  );
}
