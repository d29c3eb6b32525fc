import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RecipeStep } from "@/lib/api/types";
import { useDebounced } from "@/lib/use-debounced";
import { previewRecipe } from "./api";
import { previewable } from "./problems";

/**
 * The funnel for these steps over this version. The query key names both, so an answer for older steps never
 * replaces a newer one; a request nobody waits for any more is aborted, and the last funnel stays meanwhile.
 * Steps that the server would refuse are not sent: the funnel of the last ones that can be used stays.
 */
export function usePreview(version: number | null, steps: RecipeStep[], valid: boolean) {
  const wanted = JSON.stringify(previewable(steps));
  const settled = useDebounced(valid ? wanted : null);
  const [asked, setAsked] = useState(settled);
  if (settled !== null && settled !== asked) setAsked(settled);
  const query = useQuery({
    queryKey: ["recipe-preview", version, asked],
    queryFn: ({ signal }) => previewRecipe(version ?? 0, JSON.parse(asked ?? "[]") as RecipeStep[], signal),
    enabled: version !== null && asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  return { ...query, isStale: query.isPlaceholderData || asked !== wanted };
}
