import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Keymap } from "@/actions";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/client";
import type { Me } from "@/lib/api/types";
import { meQuery, useMe } from "@/lib/session";

/** The person's own keys, and changing them: they work at once and are kept with the account. */
export function useKeymap(): { keymap: Keymap; change: (next: Keymap) => void } {
  const me = useMe();
  const client = useQueryClient();
  const save = useMutation({
    // One after another, so that the last choice is the one that stays.
    scope: { id: "keymap" },
    mutationFn: (keymap: Keymap) => api.patch<Me>("/api/me/", { keymap }),
    onMutate: (keymap) => {
      const before = client.getQueryData<Me>(meQuery.queryKey);
      client.setQueryData<Me>(meQuery.queryKey, (known) => known && { ...known, keymap: plain(keymap) });
      return before;
    },
    onError: (error, _keymap, before) => {
      client.setQueryData(meQuery.queryKey, before);
      toast.error(error);
    },
  });
  return { keymap: me.keymap, change: save.mutate };
}

function plain(keymap: Keymap): Record<string, string[]> {
  return Object.fromEntries(Object.entries(keymap).map(([id, keys]) => [id, [...keys]]));
}
