import { useLocation, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

export type SearchValues = Record<string, string | undefined>;

/** The address's query as plain strings, and a setter; undefined removes a name. Any view can so be shared. */
export function useSearchState(): [SearchValues, (change: SearchValues, how?: { push?: boolean }) => void] {
  const location = useLocation();
  const navigate = useNavigate();
  const search: SearchValues = useMemo(
    () => Object.fromEntries(new URLSearchParams(location.searchStr)),
    [location.searchStr],
  );
  const set = useCallback(
    (change: SearchValues, how: { push?: boolean } = {}) => {
      void navigate({
        to: ".",
        search: ((before: SearchValues) => withoutEmpty({ ...before, ...change })) as never,
        replace: !how.push,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [search, set];
}

function withoutEmpty(values: SearchValues): SearchValues {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  );
}
