import { useEffect, useState } from "react";
import { type Action, useKeysOf } from "@/actions";
import { ariaKeys } from "@/actions/format-keys";
import { Icon } from "@/components/ui";
import { useT } from "@/lib/i18n";
import { formatClock } from "./clock";
import type { ItemTimer } from "./timer";

/** The time on this item; a press pauses it. Ticks by itself, so that the item below is not drawn again each second. */
export function ClockButton({ timer, pause }: { timer: ItemTimer; pause: Action }) {
  const t = useT();
  const keys = useKeysOf(pause);
  const [shown, setShown] = useState({ seconds: 0, idle: false, paused: false });
  useEffect(() => {
    const look = () => {
      const now = {
        seconds: Math.floor(timer.read().active_ms / 1000),
        idle: timer.isIdle,
        paused: timer.isPaused,
      };
      setShown((old) =>
        old.seconds === now.seconds && old.idle === now.idle && old.paused === now.paused ? old : now,
      );
    };
    look();
    const tick = setInterval(look, 250);
    return () => clearInterval(tick);
  }, [timer]);
  const clock = formatClock(shown.seconds);
  const label = shown.paused
    ? t("{{time}} on this item, paused. Go on", { time: clock })
    : t("{{time}} on this item. Pause", { time: clock });
  return (
    <button
      type="button"
      aria-pressed={shown.paused}
      aria-label={label}
      aria-keyshortcuts={ariaKeys(keys)}
      title={shown.paused ? t("The clock stands. Go on") : t("Time on this item while you are here. Pause")}
      onClick={() => pause.run()}
      className="num inline-flex h-7 shrink-0 items-center gap-1 rounded-md px-1.5 text-muted hover:bg-sunken hover:text-fg"
    >
      <span className={shown.idle ? "text-faint" : undefined}>{clock}</span>
      <Icon name={shown.idle ? "play" : "pause"} size={12} />
    </button>
  );
}
