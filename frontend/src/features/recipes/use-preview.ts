import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { RecipeStep } from "@/lib/api/types";
import { previewRecipe } from "./api";

/** Long enough to skip the values a dragged threshold passes, short enough to feel live. */
const PAUSE_MS = 150;

export function useDebounced<T>(value: T, ms = PAUSE_MS): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/**
 * The funnel for these steps over this version. The query key names both, so an answer for older steps never
 * replaces a newer one; a request nobody waits for any more is aborted, and the last funnel stays meanwhile.
 */
export function usePreview(version: number | null, steps: RecipeStep[], valid: boolean) {
  const settled = useDebounced(JSON.stringify(steps));
  const query = useQuery({
    queryKey: ["recipe-preview", version, settled],
    queryFn: ({ signal }) => previewRecipe(version ?? 0, JSON.parse(settled) as RecipeStep[], signal),
    enabled: version !== null && valid,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  return { ...query, isStale: query.isPlaceholderData || settled !== JSON.stringify(steps) };
}
