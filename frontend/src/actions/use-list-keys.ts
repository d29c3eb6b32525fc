import { useEffect, useState } from "react";
import { useActions } from "./use-actions";

interface ListKeys {
  /** Prefix for action ids, unique on the page: "rows". */
  id: string;
  group: string;
  count: number;
  onOpen: (index: number) => void;
  /** Called when moving past the end or before the start; return true when another page comes. */
  onPastEnd?: () => void;
  onPastStart?: () => void;
  enabled?: boolean;
}

/** j/k (and arrows) move an active row, Enter opens it. The active row carries `data-active-row` and scrolls into view. */
export function useListKeys({ id, group, count, onOpen, onPastEnd, onPastStart, enabled = true }: ListKeys) {
  const [active, setActive] = useState(-1);
  const shown = active < count ? active : count - 1;

  useEffect(() => {
    if (shown < 0) return;
    document.querySelector(`[data-active-row="${id}-${shown}"]`)?.scrollIntoView({ block: "nearest" });
  }, [shown, id]);

  const move = (step: 1 | -1) => {
    const next = shown + step;
    if (next >= count) onPastEnd?.();
    else if (next < 0 && shown >= 0) onPastStart?.();
    if (next >= 0 && next < count) setActive(next);
  };
  const when = () => enabled && count > 0;
  useActions([
    {
      id: `${id}.next`,
      label: "Next row",
      keys: ["j", "ArrowDown"],
      group,
      keyOnly: true,
      repeat: true,
      when,
      run: () => move(1),
    },
    {
      id: `${id}.previous`,
      label: "Previous row",
      keys: ["k", "ArrowUp"],
      group,
      keyOnly: true,
      repeat: true,
      when,
      run: () => move(-1),
    },
    {
      id: `${id}.open`,
      label: "Open row",
      keys: ["Enter"],
      group,
      keyOnly: true,
      when: () => when() && shown >= 0,
      run: () => onOpen(shown),
    },
  ]);
  return { active: shown, setActive, rowProps: (index: number) => ({ "data-active-row": `${id}-${index}` }) };
}
