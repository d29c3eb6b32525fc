import { useEffect, useState } from "react";
import { changesBetween, type Distance, distanceBetween, type Part } from "./changes";

export interface Changes {
  /** Null when the texts are too different to compare in time. */
  parts: Part[] | null;
  distance: Distance;
}

const WAIT_MS = 120;

/** What an edit changed, a moment after the last key; null until it is known. */
export function useChanges(original: string, edited: string | undefined): Changes | null {
  const [known, setKnown] = useState<{ original: string; edited: string; changes: Changes } | null>(null);
  useEffect(() => {
    if (edited === undefined) return;
    let wanted = true;
    const timer = setTimeout(() => {
      void changesBetween(original, edited).then((parts) => {
        if (!wanted) return;
        const changes = { parts, distance: distanceBetween(original, edited, parts) };
        setKnown({ original, edited, changes });
      });
    }, WAIT_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [original, edited]);
  // What was known of the last text stays until the next is compared, so that nothing flickers.
  return edited !== undefined && known?.original === original ? known.changes : null;
}
