import { useKeyOf } from "@/actions";
import { Kbd } from "@/components/ui";

/** Prints the key of an action: the person's own where they chose one, nothing where they took it away. */
export function KeyOf({ id, keys }: { id: string; keys: string }) {
  const key = useKeyOf(id, keys);
  return key ? <Kbd keys={key} /> : null;
}
