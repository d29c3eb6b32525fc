import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { api, type QueryParams } from "./client";
import type { Page } from "./types";

/** A keyset-paged list that grows: `rows` so far, `loadMore()` while `hasMore`. */
export function usePaged<T>(
  key: QueryKey,
  path: string,
  query: QueryParams = {},
  options: { enabled?: boolean; refetchInterval?: number | false } = {},
) {
  const result = useInfiniteQuery({
    queryKey: [...key, query],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    ...options,
  });
  const rows = result.data?.pages.flatMap((page) => page.results) ?? [];
  return {
    rows,
    /** The server was asked, and has none. */
    isEmpty: result.isSuccess && rows.length === 0,
    isPending: result.isPending,
    isLoadingMore: result.isFetchingNextPage,
    error: result.error,
    hasMore: result.hasNextPage,
    loadMore: () => void result.fetchNextPage(),
    refetch: () => void result.refetch(),
  };
}
