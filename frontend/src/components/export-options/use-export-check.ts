import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { useDebounced } from "@/lib/use-debounced";
import type { ExportCheck } from "./check-words";

/** Longer than between two keys of somebody who types a number. */
const PAUSE_MS = 300;

interface Asked {
  snapshot: number | undefined;
  format: string | undefined;
  /** As they would be sent; null while they cannot be. */
  options: Record<string, unknown> | null;
}

/** How many rows an export would have. What was last counted stays until the next answer, marked as stale. */
export function useExportCheck({ snapshot, format, options }: Asked) {
  // Tokens change no row.
  const { tokenizer: _, max_length: __, ...counted } = options ?? {};
  const can = snapshot !== undefined && format !== undefined && options !== null;
  const wanted = can ? JSON.stringify([snapshot, format, counted]) : null;
  const asked = useDebounced(wanted, PAUSE_MS);
  const query = useQuery({
    queryKey: ["export-check", asked],
    queryFn: ({ signal }) => {
      const [of, as, chosen] = JSON.parse(asked ?? "[]") as [number, string, Record<string, unknown>];
      return api.get<ExportCheck>(`/api/snapshots/${of}/export-check/`, {
        query: { format: as, options: JSON.stringify(chosen) },
        signal,
      });
    },
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    // Neither a snapshot nor a signal changes once it is there.
    staleTime: 300_000,
    retry: false,
  });
  const isStale = query.isPlaceholderData || asked !== wanted;
  return {
    isWanted: wanted !== null,
    /** The answer to what is asked now; nothing while another is on its way. */
    current: isStale || query.error ? undefined : query.data,
    shown: query.data,
    error: isStale ? null : query.error,
    isStale,
    retry: () => void query.refetch(),
  };
}
