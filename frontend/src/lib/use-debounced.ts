import { useEffect, useState } from "react";

/** Long enough to skip the values a dragged threshold passes, short enough to feel live. */
const PAUSE_MS = 150;

/** The value as it last stood still for `ms`. */
export function useDebounced<T>(value: T, ms = PAUSE_MS): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
