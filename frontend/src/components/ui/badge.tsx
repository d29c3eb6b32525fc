import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { sentence } from "@/lib/format";
import { Icon, type IconName } from "./icon";

export type Tone = "neutral" | "accent" | "ok" | "warn" | "danger";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-muted",
  accent: "bg-accent-soft text-accent-text",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
};

export function Badge({
  tone = "neutral",
  icon,
  children,
}: {
  tone?: Tone;
  icon?: IconName;
  children: ReactNode;
}) {
  return (
    <span
      className={cx(
        "inline-flex h-5 items-center gap-1 rounded-sm px-1.5 text-xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

const STATES: Record<string, { tone: Tone; icon?: IconName }> = {
  queued: { tone: "neutral" },
  building: { tone: "accent", icon: "play" },
  running: { tone: "accent", icon: "play" },
  active: { tone: "accent", icon: "play" },
  paused: { tone: "warn", icon: "pause" },
  succeeded: { tone: "ok", icon: "check" },
  ready: { tone: "ok", icon: "check" },
  finished: { tone: "ok", icon: "check" },
  failed: { tone: "danger", icon: "warning" },
  cancelled: { tone: "neutral", icon: "close" },
};

/** The state of a job, run, snapshot, signal …: word and sign, never colour alone. */
export function StateBadge({ state }: { state: string }) {
  const look = STATES[state] ?? { tone: "neutral" as const };
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {sentence(state)}
    </Badge>
  );
}

/** An active filter; the cross takes it away. */
export function Chip({
  children,
  onRemove,
  removeLabel,
}: {
  children: ReactNode;
  onRemove?: () => void;
  removeLabel?: string;
}) {
  return (
    <span className="inline-flex h-7 items-center gap-1 rounded-md border border-control/60 bg-subtle pl-2 text-sm">
      <span className="max-w-[280px] truncate pr-1">{children}</span>
      {onRemove && (
        <button
          type="button"
          aria-label={removeLabel ?? "Remove filter"}
          onClick={onRemove}
          className="inline-flex size-6 items-center justify-center rounded-sm text-muted hover:bg-sunken hover:text-fg"
        >
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  );
}

/** Says that something is not there, more quietly than the data around it. */
export function NoteText({ children }: { children: ReactNode }) {
  return <span className="text-faint">{children}</span>;
}
