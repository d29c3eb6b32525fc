import { cx } from "@/lib/cx";
import { formatPercent } from "@/lib/format";
import { useT } from "@/lib/i18n";

interface ProgressBarProps {
  label: string;
  done: number;
  /** null when nobody knows how much there is. */
  total: number | null;
  /** Part of `done`, shown in red. */
  failed?: number;
  tone?: "accent" | "neutral" | "danger" | "ok";
  className?: string;
}

const FILL = { accent: "bg-accent", neutral: "bg-control", danger: "bg-danger", ok: "bg-ok" };

export function ProgressBar({
  label,
  done,
  total,
  failed = 0,
  tone = "accent",
  className,
}: ProgressBarProps) {
  const t = useT();
  const share = total && total > 0 ? Math.min(1, done / total) : null;
  const bad = total && total > 0 ? Math.min(1, failed / total) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      aria-valuetext={share === null ? t("Amount not known yet") : formatPercent(share)}
      className={cx("flex h-1.5 w-full overflow-hidden rounded-full bg-sunken", className)}
    >
      <div className={cx("h-full", FILL[tone])} style={{ width: `${((share ?? 0) - bad) * 100}%` }} />
      <div className="h-full bg-danger" style={{ width: `${bad * 100}%` }} />
    </div>
  );
}
